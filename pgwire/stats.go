package pgwire

import "net"

// Stats is what a server has done so far and has at this moment.
type Stats struct {
	LetIn, Waiting int // connections that were let in, and those that are still before that
	Accepted, Rows int64
	Sent, Received int64 // bytes
}

// Stats describes the server now.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{LetIn: s.letIn, Waiting: len(s.conns) - s.letIn, Accepted: s.accepted.Load(), Rows: s.rows.Load(), Sent: s.sent.Load(), Received: s.received.Load()}
}

// counting counts a socket's bytes.
type counting struct {
	net.Conn
	s *Server
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.s.received.Add(int64(n))
	return n, err
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.s.sent.Add(int64(n))
	return n, err
}
