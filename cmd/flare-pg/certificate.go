package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/auth"
)

// certificate is a certificate with its key in files, which may be replaced while the server runs.
type certificate struct {
	cert, key, clientCA string
	log                 *slog.Logger

	mu      sync.Mutex
	current *tls.Config
	read    [3]time.Time // the files' times of change when they were read
	looked  time.Time
}

// lookEvery is how often a connection looks whether the files have changed.
const lookEvery = 5 * time.Second

func newCertificate(cert, key, clientCA string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, clientCA: clientCA, log: log}
	config, err := c.readFiles()
	if err != nil {
		return nil, err
	}
	c.current, c.read, c.looked = config, c.times(), time.Now()
	return c, nil
}

func (c *certificate) readFiles() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, fmt.Errorf("can't use the certificate in %s with the key in %s: %w", c.cert, c.key, plainPath(err))
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, err
		}
	}
	if now := time.Now(); now.After(pair.Leaf.NotAfter) {
		c.log.Warn("the TLS certificate has expired", "file", c.cert, "on", pair.Leaf.NotAfter)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if c.clientCA != "" {
		text, err := os.ReadFile(c.clientCA)
		if err != nil {
			return nil, fmt.Errorf("can't read the authorities in %s: %w", c.clientCA, plainPath(err))
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate as PEM", c.clientCA)
		}
		config.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return config, nil
}

func plainPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (c *certificate) times() (out [3]time.Time) {
	for i, file := range []string{c.cert, c.key, c.clientCA} {
		if st, err := os.Stat(file); err == nil {
			out[i] = st.ModTime()
		}
	}
	return out
}

// config gives what is in force.
func (c *certificate) config() *tls.Config {
	c.mu.Lock()
	due := time.Since(c.looked) > lookEvery
	c.mu.Unlock()
	if due {
		c.load(false)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// load reads the files again where they have changed, or always. Files that are no good leave what is in force.
func (c *certificate) load(always bool) {
	now := c.times()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked = time.Now()
	if now == c.read && !always {
		return
	}
	c.read = now
	config, err := c.readFiles()
	if err != nil {
		c.log.Error("the new TLS certificate is no good; the one from before stays in force", "error", err)
		return
	}
	c.current = config
	c.log.Info("TLS certificate read", "file", c.cert, "good_until", config.Certificates[0].Leaf.NotAfter)
}

// makeCertificate makes a self-signed certificate where none is there yet. The key is there first, and nobody else's to read; a start that stops in between begins again.
func makeCertificate(cert, key string, log *slog.Logger, host string) error {
	if !absent(cert) && !absent(key) {
		return nil
	}
	c, k, err := auth.SelfSigned(time.Now(), host)
	if err != nil {
		return fmt.Errorf("can't make a certificate: %w", err)
	}
	for _, f := range []struct {
		name string
		text []byte
		mode fs.FileMode
	}{{key, k, 0o600}, {cert, c, 0o644}} {
		if err := replaceFile(f.name, f.text, f.mode); err != nil {
			return fmt.Errorf("can't write %s: %w", f.name, plainPath(err))
		}
	}
	log.Info("made a TLS certificate; clients trust it with sslrootcert", "file", cert)
	return nil
}

// replaceFile writes a file under another name and flushes it before it takes its own, so that there is never half a file.
func replaceFile(name string, text []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync() // the rename must not be durable before the text
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
