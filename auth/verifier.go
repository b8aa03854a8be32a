package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

// Verifier is what is kept of a password: enough to check a proof of it, not to give one (RFC 5803). Its text is PostgreSQL's:
//
//	SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
//
// with salt and keys in base64.
type Verifier struct {
	Iterations           int
	Salt                 []byte
	StoredKey, ServerKey []byte // 32 bytes each
}

const (
	scheme     = "SCRAM-SHA-256"
	iterations = 4096 // PostgreSQL 15's, which psql's \password uses too
	saltBytes  = 16
	// maxIterations bounds what a verifier that was brought may ask of clients.
	maxIterations = 1 << 24
)

// NewVerifier makes the verifier of a password, which is normalised first (RFC 4013) where it can be.
func NewVerifier(password string) (Verifier, error) {
	c, err := scram.SHA256.NewClient("", password, "")
	if err != nil { // characters that the RFC forbids: PostgreSQL and libpq take the password as it is then
		if c, err = scram.SHA256.NewClientUnprepped("", password, ""); err != nil {
			return Verifier{}, errors.New("the password can't be used") // without the library's words, which could tell of it
		}
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) //nolint:errcheck // never fails, says its documentation
	k, err := c.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(salt), Iters: iterations})
	if err != nil {
		return Verifier{}, errors.New("the password can't be used")
	}
	return Verifier{Iterations: iterations, Salt: salt, StoredKey: k.StoredKey, ServerKey: k.ServerKey}, nil
}

// ParseVerifier reads a verifier's text.
func ParseVerifier(s string) (Verifier, bool) {
	var v Verifier
	parts := strings.Split(s, "$")
	if len(parts) != 3 || parts[0] != scheme {
		return v, false
	}
	count, salt, ok := strings.Cut(parts[1], ":")
	stored, server, ok2 := strings.Cut(parts[2], ":")
	n, err := strconv.Atoi(count)
	if !ok || !ok2 || err != nil || n < 1 || n > maxIterations {
		return v, false
	}
	v.Iterations = n
	for _, part := range []struct {
		text string
		into *[]byte
	}{{salt, &v.Salt}, {stored, &v.StoredKey}, {server, &v.ServerKey}} {
		b, err := base64.StdEncoding.Strict().DecodeString(part.text)
		if err != nil {
			return v, false
		}
		*part.into = b
	}
	return v, len(v.Salt) > 0 && len(v.StoredKey) == sha256.Size && len(v.ServerKey) == sha256.Size
}

// String is the verifier's text.
func (v Verifier) String() string {
	b := base64.StdEncoding.EncodeToString
	return scheme + "$" + strconv.Itoa(v.Iterations) + ":" + b(v.Salt) + "$" + b(v.StoredKey) + ":" + b(v.ServerKey)
}

// IsMD5 tells the other form of password that PostgreSQL can store, which is not to be trusted any more.
func IsMD5(s string) bool {
	if len(s) != 35 || !strings.HasPrefix(s, "md5") {
		return false
	}
	return strings.Trim(s[3:], "0123456789abcdef") == ""
}

// Credentials are the verifier as the SCRAM library wants it.
func (v Verifier) Credentials() scram.StoredCredentials {
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(v.Salt), Iters: v.Iterations},
		StoredKey:  v.StoredKey, ServerKey: v.ServerKey,
	}
}

// Mock makes a verifier for somebody who has none, so that a client can't tell an unknown name from a wrong password: for one name always
// the same salt, and keys that no proof fits. secret should outlive the process, or salts would change with it.
func Mock(secret []byte, name string) Verifier {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(name))
	keys := make([]byte, 2*sha256.Size)
	rand.Read(keys) //nolint:errcheck // as above
	return Verifier{Iterations: iterations, Salt: h.Sum(nil)[:saltBytes], StoredKey: keys[:sha256.Size], ServerKey: keys[sha256.Size:]}
}

// NewSecret makes a secret for Mock.
func NewSecret() []byte {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // as above
	return b
}
