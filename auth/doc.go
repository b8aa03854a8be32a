// Package auth holds what is needed to tell who a client is: verifiers of passwords as PostgreSQL stores them, the rules that say
// how a client from some place has to prove itself, and certificates.
//
// It knows no protocol, no roles and no storage: whoever asks brings what is known of the client.
package auth
