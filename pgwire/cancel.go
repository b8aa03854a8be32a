package pgwire

import (
	"crypto/rand"
	"crypto/subtle"
)

// A client that wants its statement stopped connects once more and shows the key that BackendKeyData gave it.
const (
	keyBytes   = 32 // where the client knows protocol 3.2
	keyBytes30 = 4  // all that protocol 3.0 can carry
)

// register gives c a process ID and a key, and makes it known to CancelRequests.
func (s *Server) register(c *conn, minor int) {
	n := keyBytes30
	if minor >= 2 {
		n = keyBytes
	}
	c.key = make([]byte, n)
	rand.Read(c.key) //nolint:errcheck // never fails, says its documentation
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		s.lastPID++
		if s.lastPID > 1<<31-1 {
			s.lastPID = 1
		}
		if s.byPID[s.lastPID] == nil {
			break
		}
	}
	c.pid = s.lastPID
	s.byPID[c.pid] = c
}

// cancelRequest stops what the connection pid runs, where the key is right. The client is told nothing either
// way, and a wrong key takes as long to compare as a right one.
func (s *Server) cancelRequest(pid uint32, key []byte) {
	s.mu.Lock()
	c := s.byPID[pid]
	s.mu.Unlock()
	if c != nil && subtle.ConstantTimeCompare(c.key, key) == 1 {
		c.cancelStatement(ErrCanceled)
	}
}
