// Package exec runs plans: operators that pull batches from each other, expressions that are computed a
// vector at a time, scans and aggregates that use all cores.
//
// How it is cut:
//
//   - eval*.go compile a bound expression to a tree of evaluators with scratch vectors of their own;
//   - pipeline.go and stage.go put the filters and projections right above a scan into the scan's workers;
//   - scan*.go draw the fragments: alone, by several workers in any order, or in order with read-ahead;
//   - groups.go is the hash table of aggregate.go, distinct.go and join*.go; sort*.go sort, by keys that sorter_pack.go sums up;
//   - spill*.go are temporary files of rows, for what has no room: runs of a sort, and parts by the hash of keys (keyed.go, join_spill.go) or of
//     distinct values (aggregate_distinct_spill.go);
//   - window.go computes window functions over a whole partition, window_stream.go as rows pass, which wait in window_queue.go;
//   - frame.go is one opening of a plan, subquery.go and rowset.go ask plans inside of expressions, apply.go opens one for each row,
//     with.go keeps the rows of WITH queries, recursion.go goes round by round;
//   - memory.go and pool.go account for the memory that all of them hold.
//
// An operator never changes a vector that it was given and never resets the batch that it is asked to
// fill: it overwrites the batch's three fields. So vectors can be passed up, shared and constant, without a copy.
//
// The package knows no SQL text, no catalog, no files and no protocol.
package exec
