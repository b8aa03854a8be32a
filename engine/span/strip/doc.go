// Package strip is the page layout "columns": a few thousand events taken apart into strips of values, one for each member and type, which can be read one by one,
// and put together again byte for byte.
//
// A Builder makes the body of a page. Its front says what there is and where: parsed once it serves any number of Readers. A Reader gives documents, or single members
// as vectors, and reads and verifies of the page what it needs for that, no more. Pages' headers and files are package span's. The package knows neither schemas nor
// predicates.
//
// # What a page is made of
//
// A document's shape is what its bytes are besides its values: the names, their order, how they nest, and the values' types. A page lists its shapes and says which each
// event has. Every member and type that enough documents have is a strip; a document has the next value of each strip that its shape names. So no strip needs
// to say which documents have it, and all that a shape leaves of a document is to be filled with values. What few documents have is no
// part of the shapes: it is the rest, kept as JSON with the places where it belongs.
//
// Values are stored as they are spelled, but in fewer bytes: what can be spelled only one way as an integer, a time, digits of some base, or a template with numbers is
// kept as that, everything else as its text. A document that is not as package event writes it is kept whole.
//
// Everything that is decoded is checked against the page's number of events and bytes of documents: on any bytes a Reader answers an error, or nonsense, in
// bounded memory.
package strip

// All numbers are little-endian; u is a uvarint, v a zigzag varint, as in encoding/binary.
//
//	body  := front, part*                            nothing lies between them
//
//	front                                            parts
//	  bytes  the directory                             integers: timestamps (100 ns since 1970)
//	  u      shapes                                    integers: arrival numbers
//	  bytes  these                                     integers: each event's shape
//	                                                   texts: the rests, if there are any; see rest.go
//	bytes                                              the strips, in the order of the directory
//	  u raw bytes
//	  u bytes that follow under zstd;                shape
//	    0: they follow as they are                     1 flags; 1: events of it have a rest
//	                                                   u events
//	directory                                          u ops; for each of them
//	  1 flags; 1: members that it does not list          u 0: an object ends
//	    may be in rests                                    1 + 2n: member n begins, an object
//	  u bytes, 4 CRC-32C, of timestamps, arrival           2 + 2n: a value of strip n, from 0 on
//	    numbers, events' shapes each
//	  u events that have a rest; if there are any:   strip, by type
//	    u bytes, 4 CRC-32C                             null      nothing
//	  u members; for each of them, from 1 on:          boolean   integers: 0 or 1
//	    u its object, an earlier one, times 2;         number    see numbers.go
//	      0 is the document; plus 1: rests have it     string    texts: what stands between the quotes
//	    u length, name as it is spelled                JSON      texts
//	  u strips; for each of them
//	    u member; 0: documents kept whole            integers: see ints.go
//	    1 type; 0 null, 1 boolean, 2 number,         texts: see texts.go
//	      3 string, 4 JSON
//	    u values
//	    u bytes, 4 CRC-32C
//	    1 1: bounds follow
//	      v least; v most: numbers times
//	      10 to the digits, or times in 100 ns
//	      1 digits
