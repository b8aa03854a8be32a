// Package engine is the store: it puts events on disk, takes them off it and fetches them. Transactions, generations,
// recovery and scans are here; the formats are in engine/manifest and engine/tick, files are reached through engine/vfs.
//
// It knows nothing of SQL (a property's type is a number to it), of protocols, or of who is allowed what. It starts no goroutines: the
// caller's do the work, group commit included.
//
// # How a commit survives
//
// Every transaction has a sequence number; they have no gaps. The MANIFEST knows, as of some sequence number S, how long each file is;
// everything up to S lies below those lengths, and everything behind S is found by walking the ticks from there. A transaction
// in one tick commits by the record that ends its batch there. One in several ticks, or one that needs a new file or changes the
// schema, flags its records and commits by a MANIFEST record, which raises S and the lengths; so a flagged record past the
// known length is one that never counted, unless the MANIFEST was damaged.
//
// # How damage is told from a crash
//
// Each record says up to which sequence number everything was durable when it was written. So what is missing up to there is damage:
// the file that ought to have it is named, nothing is cut or deleted, and it counts when it is found later. What is missing behind
// the last such number was never flushed, and is a crash's.
//
// # Assumptions about the system
//
// What fsync acknowledged survives; a name survives once its directory was flushed; a page of 4 KiB may be torn, which a
// checksum tells. A failed fsync is final: nothing is written after it until the store is opened anew, which writes what it finds
// once more before it relies on it.
package engine
