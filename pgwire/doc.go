// Package pgwire speaks the server's side of the PostgreSQL protocol, version 3: start-up, TLS, SCRAM,
// simple and extended query, portals, COPY, cancel, errors and notices. The messages themselves are coded by
// pgx's pgproto3; framing, limits, flow control and the order of messages are here.
//
// It knows no SQL and no storage: a Handler above it makes a Session for each client, and the session
// answers through an Out.
//
// Who has to prove what is a Gate's to say. Before a client is let in one goroutine serves it, messages are small, and one deadline holds for everything.
//
// Afterwards three goroutines serve a connection at most: one that accepted it and runs the conversation, a pump that
// draws bytes from the socket into a small ring (so that a client which hangs up is noticed while a statement
// runs, and one which sends faster than it is served is slowed by TCP), and timers.
package pgwire
