package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// probe looks for the first of n places where three bytes of a needle, at three distances, stand in the text; n where there is none. AVX2's takes multiples of 64.
func probe(i isa, fold bool) {
	name := "probe" + i.name()
	if fold {
		name = "probeFold" + i.name()
	}
	TEXT(name, NOSPLIT, "func(p *uint64, text *byte, n int) int")
	p := Mem{Base: Load(Param("p"), GP64())}
	text := Load(Param("text"), GP64()).(GPVirtual)
	left := Load(Param("n"), GP64()).(GPVirtual)
	k := &prober{isa: i, at: text}
	for j := range 3 {
		from, c := GP64(), i.vector()
		MOVQ(p.Offset(8*j), from)
		ADDQ(text, from) // from now on it moves with text
		k.from = append(k.from, from)
		VPBROADCASTB(p.Offset(24+j), c)
		k.bytes = append(k.bytes, c)
		if fold {
			f := i.vector()
			VPBROADCASTB(p.Offset(27+j), f)
			k.folds = append(k.folds, f)
		}
	}
	switch i.(type) {
	case avx512:
		k.avx512(left)
	case avx2:
		k.avx2(left)
	}
}

// prober is the registers of a probe.
type prober struct {
	isa          isa
	at           GPVirtual
	from         []GPVirtual
	bytes, folds []VecVirtual // folds: the bit that is set before they are compared, where the case doesn't matter
}

func (k *prober) move(by uint64) {
	for _, r := range k.from {
		ADDQ(Imm(by), r)
	}
}

// block512 marks which of 64 places match, of those in valid if that isn't nil.
func (k *prober) block512(offset int, valid Op) OpmaskVirtual {
	found := valid
	for j, from := range k.from {
		next := K()
		var text Op = Mem{Base: from, Disp: offset}
		if k.folds != nil || valid != nil {
			z := ZMM()
			switch {
			case valid != nil:
				VMOVDQU8_Z(text, valid, z)
			default:
				VMOVDQU64(text, z)
			}
			if k.folds != nil {
				VPORQ(k.folds[j], z, z)
			}
			text = z
		}
		if found == nil {
			VPCMPEQB(text, k.bytes[j], next)
		} else {
			VPCMPEQB(text, k.bytes[j], found, next)
		}
		found = next
	}
	return found.(OpmaskVirtual)
}

func (k *prober) avx512(left GPVirtual) {
	found, at := GP64(), GP64()
	XORL(at.As32(), at.As32())

	Label("two")
	CMPQ(left, Imm(128))
	JB(LabelRef("one"))
	a, b := k.block512(0, nil), k.block512(64, nil)
	KORTESTQ(a, b)
	JNE(LabelRef("either"))
	k.move(128)
	ADDQ(Imm(128), at)
	SUBQ(Imm(128), left)
	JMP(LabelRef("two"))

	Label("either")
	KMOVQ(a, found)
	TESTQ(found, found)
	JNE(LabelRef("found"))
	KMOVQ(b, found)
	ADDQ(Imm(64), at)
	JMP(LabelRef("found"))

	Label("one")
	TESTQ(left, left)
	JE(LabelRef("none"))
	valid, mask := K(), GP64()
	MOVQ(I32(-1), mask)
	CMPQ(left, Imm(64))
	JAE(LabelRef("whole"))
	BZHIQ(left, mask, mask)
	Label("whole")
	KMOVQ(mask, valid)
	KMOVQ(k.block512(0, valid), found)
	TESTQ(found, found)
	JNE(LabelRef("found"))
	k.move(64)
	ADDQ(Imm(64), at)
	SUBQ(Imm(64), left)
	JA(LabelRef("one"))
	Label("none")
	k.none()

	Label("found")
	k.found(found, at)
}

func (k *prober) none() {
	VZEROUPPER()
	n := GP64()
	Load(Param("n"), n)
	Store(n, ReturnIndex(0))
	RET()
}

func (k *prober) found(found, at GPVirtual) {
	TZCNTQ(found, found)
	ADDQ(found, at)
	VZEROUPPER()
	Store(at, ReturnIndex(0))
	RET()
}

// block256 marks which of 32 places match.
func (k *prober) block256(offset int) VecVirtual {
	var all VecVirtual
	for j, from := range k.from {
		y := YMM()
		if k.folds != nil {
			VPOR(Mem{Base: from, Disp: offset}, k.folds[j], y)
			VPCMPEQB(y, k.bytes[j], y)
		} else {
			VPCMPEQB(Mem{Base: from, Disp: offset}, k.bytes[j], y)
		}
		if all == nil {
			all = y
		} else {
			VPAND(y, all, all)
		}
	}
	return all
}

func (k *prober) avx2(left GPVirtual) {
	found, at := GP64(), GP64()
	XORL(at.As32(), at.As32())
	Label("loop")
	CMPQ(left, Imm(64))
	JB(LabelRef("none"))
	MOVQ(bits64(k.block256(0), k.block256(32)), found)
	TESTQ(found, found)
	JNE(LabelRef("found"))
	k.move(64)
	ADDQ(Imm(64), at)
	SUBQ(Imm(64), left)
	JMP(LabelRef("loop"))
	Label("none")
	k.none()
	Label("found")
	k.found(found, at)
}
