// Package session leads one client's conversation: statements and portals, the state of its transaction, staged
// inserts, settings, COPY. It is the only room that joins the protocol (pgwire) to SQL (translate, exec)
// and the store (engine).
//
// It parses nothing of SQL itself, computes no expression, and writes no file: it decides which
// generation a statement sees, when rows are committed, and what the client is told.
package session
