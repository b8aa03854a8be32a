package session

import (
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// exchange carries notifications from sessions to those that listen.
type exchange struct {
	listeners atomic.Int64 // sessions on channels, to know without the lock that nobody listens

	mu       sync.Mutex
	channels map[string]map[*session]bool
	queues   map[*session][]pgwire.Notification
	bytes    int64 // in all queues
}

const (
	// maxPayload bounds a notification's payload in bytes, as in PostgreSQL.
	maxPayload = 7999
	// maxNotifications bounds the bytes of notifications that were not fetched: a session that stays in its transaction for long
	// must not use up the memory.
	maxNotifications = 64 << 20
	// notificationBytes is what a notification takes besides its texts.
	notificationBytes = 64
)

func newExchange() *exchange {
	return &exchange{channels: map[string]map[*session]bool{}, queues: map[*session][]pgwire.Notification{}}
}

func sizeOf(n pgwire.Notification) int64 {
	return int64(len(n.Channel)+len(n.Payload)) + notificationBytes
}

// listen makes a session listen to a channel, or not any more; channel "": to none.
func (e *exchange) listen(s *session, channel string, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case on:
		if e.channels[channel] == nil {
			e.channels[channel] = map[*session]bool{}
		}
		if !e.channels[channel][s] {
			e.channels[channel][s] = true
			e.listeners.Add(1)
		}
	case channel == "":
		for name := range e.channels {
			e.off(s, name)
		}
	default:
		e.off(s, channel)
	}
}

func (e *exchange) off(s *session, channel string) {
	if !e.channels[channel][s] {
		return
	}
	e.listeners.Add(-1)
	delete(e.channels[channel], s)
	if len(e.channels[channel]) == 0 {
		delete(e.channels, channel)
	}
}

// heard lists the channels that a session listens to.
func (e *exchange) heard(s *session) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []string
	for name, listeners := range e.channels {
		if listeners[s] {
			out = append(out, name)
		}
	}
	return out
}

// leave forgets a session.
func (e *exchange) leave(s *session) {
	e.listen(s, "", false)
	e.take(s)
}

// full is how full the queues are, 0 to 1.
func (e *exchange) full() float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return min(float64(e.bytes)/maxNotifications, 1)
}

// send queues notifications for all who listen and wakes them.
func (e *exchange) send(list []pgwire.Notification) {
	if len(list) == 0 || e.listeners.Load() == 0 {
		return
	}
	woken := map[*session]bool{}
	e.mu.Lock()
	for _, n := range list {
		for s := range e.channels[n.Channel] {
			e.queues[s] = append(e.queues[s], n)
			e.bytes += sizeOf(n)
			s.notified.Store(true)
			woken[s] = true
		}
	}
	e.mu.Unlock()
	for s := range woken {
		if s.wake != nil {
			s.wake()
		}
	}
}

// take gives a session its notifications.
func (e *exchange) take(s *session) []pgwire.Notification {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.queues[s]
	delete(e.queues, s)
	for _, n := range out {
		e.bytes -= sizeOf(n)
	}
	s.notified.Store(false)
	return out
}

// Notified implements pgwire.Session.
func (s *session) Notified() bool { return s.notified.Load() }

// Notifications implements pgwire.Session.
func (s *session) Notifications() []pgwire.Notification {
	if !s.notified.Load() {
		return nil
	}
	return s.srv.exchange.take(s)
}

// listen is LISTEN and UNLISTEN: they take effect at the commit.
func (s *session) listen(b *translate.Listen) string {
	s.tx.listens = append(s.tx.listens, *b)
	if b.Off {
		return "UNLISTEN"
	}
	return "LISTEN"
}

// checkNotify refuses what can't be sent.
func checkNotify(channel, payload string) error {
	switch {
	case channel == "":
		return types.Errorf(types.CodeInvalidParameterValue, "channel name cannot be empty")
	case len(channel) > maxName:
		return types.Errorf(types.CodeInvalidParameterValue, "channel name too long")
	case len(payload) > maxPayload:
		return types.Errorf(types.CodeInvalidParameterValue, "payload string too long")
	}
	return nil
}

// announce makes a commit's LISTENs take effect and sends its notifications. streams are those that got rows: a channel of such a name
// is told too.
func (s *session) announce(streams []string) {
	for _, l := range s.tx.listens {
		s.srv.exchange.listen(s, l.Channel, !l.Off)
	}
	list := s.calls.notes(0)
	for _, name := range streams {
		list = append(list, pgwire.Notification{PID: s.pid, Channel: name})
	}
	s.srv.exchange.send(list)
}

// mayAnnounce refuses a commit whose notifications have no room.
func (s *session) mayAnnounce() error {
	if s.calls.noted() && s.srv.exchange.full() >= 1 {
		return types.Errorf(types.CodeProgramLimitExceeded, "too many notifications in the NOTIFY queue")
	}
	return nil
}

// written names the streams that a transaction has added rows to.
func (s *session) written(stage *engine.Stage) (out []string) {
	tx := s.srv.c.Store.Read()
	defer tx.Close()
	schema := stage.Schema(tx.Schema())
	for _, id := range stage.Streams() {
		if st := schema.Stream(id); st != nil && !catalog.TempSchema(st.Schema) {
			out = append(out, st.Name)
		}
	}
	return out
}
