package strip

// textStrip are texts as they are stored.
type textStrip struct {
	form uint8
	n    int
	most int // bytes of different texts

	constant []byte     // textConstant
	lengths  ints       // textPlain
	bytes    body       // textPlain
	entries  *textStrip // textDictionary
	codes    ints       // textDictionary, textShared
	counts   ints       // likewise; n is 0 where there are none
	shared   *sharedTexts
	hex      *hexTexts
	template *templateTexts
	time     *timeTexts

	loaded  bool
	offsets []uint32 // textPlain, loaded
	raw     []byte   // textPlain, loaded
	which   []int32  // textDictionary, loaded
	made    []byte   // what value gives where it must be put together
}

// texts reads n texts, in one of the forms that are allowed.
func (in *input) texts(n int, allowed uint) *textStrip {
	t := in.newTexts()
	t.n, t.most = n, in.left
	if n == 0 || in.bad {
		return t
	}
	t.form = in.byte()
	if t.form > textShared || allowed&(1<<t.form) == 0 {
		in.fail()
		return t
	}
	switch t.form {
	case textConstant:
		t.constant = in.take(in.text())
	case textPlain:
		t.lengths = in.ints(n, anyInts)
		t.bytes = in.body(in.left)
		in.left -= t.bytes.raw
	case textDictionary:
		t.entries = in.texts(in.count(n), entryText)
		in.codes(t, t.entries.n)
	case textShared:
		t.shared = &sharedTexts{id: in.uvarint()}
		entries := in.count(n)
		t.shared.codes = in.ints(entries, anyInts)
		in.codes(t, entries)
	case textHex:
		t.hex = in.hex(n)
	case textTemplate:
		t.template = in.template(n)
	case textTime, textEventTime:
		t.time = in.times(n, t.form == textEventTime)
	}
	return t
}

func (in *input) newTexts() *textStrip {
	if in.memory == nil {
		return &textStrip{}
	}
	return in.memory.texts.take()
}

// codes reads the codes of a dictionary with so many entries.
func (in *input) codes(t *textStrip, entries int) {
	t.codes = in.ints(t.n, codeInts)
	if entries <= maxCounted {
		t.counts = in.ints(entries, innerInts)
	}
}

// load makes value and append ready.
func (t *textStrip) load(m *memory) error {
	if t.loaded || t.n == 0 {
		return nil
	}
	var err error
	switch t.form {
	case textPlain:
		err = t.loadPlain(m)
	case textDictionary, textShared:
		err = t.loadDictionary(m)
	case textTemplate:
		err = t.template.load(t.n, m)
	case textTime, textEventTime:
		err = t.time.load(m)
	}
	t.loaded = err == nil
	return err
}

func (t *textStrip) loadPlain(m *memory) error {
	lengths, err := t.lengths.decode(m.temp, m)
	if err != nil {
		return err
	}
	m.temp = lengths
	if t.raw, err = t.bytes.open(m); err != nil {
		return err
	}
	t.offsets = m.offsets.take(t.n + 1)
	t.offsets[0] = 0
	at := int64(0)
	for i, n := range lengths {
		if n < 0 || n > int64(len(t.raw))-at {
			return ErrDamaged
		}
		at += n
		t.offsets[i+1] = uint32(at)
	}
	if at != int64(len(t.raw)) {
		return ErrDamaged
	}
	return nil
}

func (t *textStrip) loadDictionary(m *memory) error {
	if err := t.loadEntries(m); err != nil {
		return err
	}
	t.which = m.ints.take(t.n)
	if c := &t.codes; c.form == intsPacked && c.base == 0 && c.width > 0 && c.width <= 8 {
		if !unpackCodes(t.which, c.data, c.width, t.entries.n) {
			return ErrDamaged
		}
		return nil
	}
	codes, err := t.codes.decode(m.temp, m)
	if err != nil {
		return err
	}
	m.temp = codes
	for i, c := range codes {
		if uint64(c) >= uint64(t.entries.n) {
			return ErrDamaged
		}
		t.which[i] = int32(c)
	}
	return nil
}

// loadEntries makes the entries plain: each is wanted many times.
func (t *textStrip) loadEntries(m *memory) error {
	if t.shared != nil {
		var err error
		t.entries, err = t.shared.load(m, t.most)
		return err
	}
	e := t.entries
	if err := e.load(m); err != nil || e.form == textPlain || e.n == 0 {
		return err
	}
	offsets := make([]uint32, e.n+1)
	var raw []byte
	for i := range e.n {
		raw = e.append(raw, i)
		if len(raw) > t.most { // each stands in some document
			return ErrDamaged
		}
		offsets[i+1] = uint32(len(raw))
	}
	t.entries = &textStrip{form: textPlain, n: e.n, loaded: true, offsets: offsets, raw: raw}
	return nil
}

// append appends text i, once load was called.
func (t *textStrip) append(dst []byte, i int) []byte {
	switch t.form {
	case textConstant:
		return append(dst, t.constant...)
	case textPlain:
		return append(dst, t.raw[t.offsets[i]:t.offsets[i+1]]...)
	case textDictionary, textShared:
		e := t.entries
		i = int(t.which[i])
		return append(dst, e.raw[e.offsets[i]:e.offsets[i+1]]...)
	case textHex:
		return t.hex.append(dst, i)
	case textTemplate:
		return t.template.append(dst, i)
	}
	return t.time.append(dst, i)
}

// value gives text i, valid until the next call, once load was called.
func (t *textStrip) value(i int) []byte {
	switch t.form {
	case textConstant:
		return t.constant
	case textPlain:
		return t.raw[t.offsets[i]:t.offsets[i+1]]
	case textDictionary, textShared:
		return t.entries.value(int(t.which[i]))
	}
	t.made = t.append(t.made[:0], i)
	return t.made
}
