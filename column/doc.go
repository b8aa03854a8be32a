// Package column holds values by column: typed vectors with a validity bitmap, in plain,
// constant or dictionary form, and batches of vectors with an optional selection.
//
// The memory layout is Arrow's (validity bitmap with least significant bit first, values,
// 32-bit offsets plus bytes), so that Arrow and Parquet writers can wrap a vector without a
// copy. See https://arrow.apache.org/docs/format/Columnar.html.
//
// block.go gives batches bytes, for whoever keeps them in a temporary file.
//
// The package is a leaf: it knows nothing of JSON, SQL, files or NQL. What a number in a
// vector means (a date, an OID, a count) is the business of package types.
package column
