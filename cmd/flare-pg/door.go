package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
)

// doorFlags say who gets in, and how what is said there is protected.
type doorFlags struct {
	cert, key  string
	selfSigned bool
	clientCA   string
	rules      string
	noAuth     bool
	noTLS      bool
	reserved   int
}

func (f *doorFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cert, "tls-cert", "", "certificate (chain) as PEM, read again when it changes")
	cmd.Flags().StringVar(&f.key, "tls-key", "", "private key of the certificate as PEM")
	cmd.Flags().BoolVar(&f.selfSigned, "tls-self-signed", false, "make a certificate, once, and keep it in the data directory as "+certName)
	cmd.Flags().StringVar(&f.clientCA, "tls-client-ca", "", "authorities as PEM whose client certificates are taken")
	cmd.Flags().StringVar(&f.rules, "auth-rules", "", "rules of who gets in and how ('flare-pg rules' prints an example); "+rulesName+" in the data directory if it is there")
	cmd.Flags().BoolVar(&f.noAuth, "insecure-no-auth", false, "let other machines in without a password")
	cmd.Flags().BoolVar(&f.noTLS, "insecure-no-tls", false, "let other machines in without TLS")
	cmd.Flags().IntVar(&f.reserved, "reserved-connections", 3, "of --max-connections, kept for superusers")
}

// Names of files in the data directory.
const (
	certName  = "server.crt"
	keyName   = "server.key"
	rulesName = "auth.rules"
)

func (f *doorFlags) check() error {
	switch {
	case (f.cert == "") != (f.key == ""):
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	case f.cert != "" && f.selfSigned:
		return usageError{errors.New("--tls-self-signed makes a certificate; --tls-cert brings one: choose")}
	case f.clientCA != "" && !f.encrypted():
		return usageError{errors.New("--tls-client-ca wants TLS: --tls-cert with --tls-key, or --tls-self-signed")}
	case f.reserved < 0:
		return usageError{fmt.Errorf("--reserved-connections: %d is out of range", f.reserved)}
	}
	return nil
}

func (f *doorFlags) encrypted() bool { return f.cert != "" || f.selfSigned }

// mayListen refuses an address beyond loopback without TLS. Whether there is somebody to let in is known later: inhabited.
func (f *doorFlags) mayListen(address string, loopback bool) error {
	if loopback || f.encrypted() || f.noTLS {
		return nil
	}
	return usageError{fmt.Errorf("--listen %s: other machines are let in over TLS only: give --tls-cert and --tls-key, or --tls-self-signed; --insecure-no-tls does without", address)}
}

// inhabited refuses to listen beyond loopback while nobody could prove who he is, or while the rules let strangers in.
func (f *doorFlags) inhabited(schema *engine.Schema, rules *auth.Rules) error {
	if f.noAuth {
		return nil
	}
	for _, r := range rules.Rules {
		if r.Method == auth.Trust && r.Kind != auth.Local && r.Remote() {
			return fmt.Errorf("%s, line %d: method trust lets other machines in without a password; name loopback addresses only, or say --insecure-no-auth", rules.File, r.Line)
		}
	}
	if catalog.RolesOf(schema).Open {
		return errors.New("nobody could get in from other machines: there is no role with a password yet.\n" +
			"Make one with 'flare-pg user add NAME --superuser --data DIR', or start with FLARE_PG_PASSWORD (and FLARE_PG_USER) in the environment;\n" +
			"--insecure-no-auth lets everybody in, as superuser")
	}
	return nil
}

// door is what a running server has of doorFlags: the rules and the certificate in force.
type door struct {
	flags doorFlags
	data  string
	host  string // that is listened on
	log   *slog.Logger
	rules atomic.Pointer[auth.Rules]
	lines atomic.Pointer[[]auth.FileLine] // of the rules file as it was last read, for pg_hba_file_rules
	tls   *certificate
}

// open reads the rules and the certificate, which is made where one is wanted that is not there yet.
func (f *doorFlags) open(data, host string, log *slog.Logger) (*door, error) {
	d := &door{flags: *f, data: data, host: host, log: log}
	if err := d.readRules(); err != nil {
		return nil, err
	}
	if !f.encrypted() {
		return d, nil
	}
	cert, key := f.cert, f.key
	if f.selfSigned {
		cert, key = filepath.Join(data, certName), filepath.Join(data, keyName)
		if err := makeCertificate(cert, key, log, host); err != nil {
			return nil, err
		}
	}
	var err error
	d.tls, err = newCertificate(cert, key, f.clientCA, log)
	return d, err
}

// rulesFile is the file that rules are read from; "" where there is none.
func (d *door) rulesFile() string {
	if d.flags.rules != "" {
		return d.flags.rules
	}
	file := filepath.Join(d.data, rulesName)
	if absent(file) {
		return ""
	}
	return file
}

// readRules reads the rules anew. They stay as they were where the file is wrong.
func (d *door) readRules() error {
	file := d.rulesFile()
	if file == "" {
		d.lines.Store(nil)
		d.rules.Store(auth.BuiltIn(!loopback(d.host), d.flags.noTLS, d.flags.noAuth))
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return fmt.Errorf("can't read the rules in %s: %w", file, err)
	}
	rules, wrong := auth.ParseRules(file, string(text))
	d.lines.Store(new(auth.FileLines(rules, wrong)))
	if len(wrong) > 0 {
		var list []error
		for _, w := range wrong {
			list = append(list, w)
		}
		return errors.Join(list...)
	}
	if len(rules.Rules) == 0 {
		return fmt.Errorf("%s has no rules: nobody could get in", file)
	}
	if rules.Asks(auth.Cert) && d.flags.clientCA == "" {
		return fmt.Errorf("%s: method cert wants to know whose certificates to take: --tls-client-ca", file)
	}
	d.rules.Store(rules)
	return nil
}

// reload follows SIGHUP until ctx ends.
func (d *door) reload(ctx context.Context, hangup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		if err := d.readRules(); err != nil {
			d.log.Error("the rules are wrong; those from before stay in force", "error", err)
		} else {
			d.log.Info("rules read", "file", d.rulesFile())
		}
		if d.tls != nil {
			d.tls.load(true)
		}
	}
}

// config gives the next connection's encryption; nil where there is none at all.
func (d *door) config() func() *tls.Config {
	if d.tls == nil {
		return nil
	}
	return d.tls.config
}

// loopback reports whether an address to listen on is this machine's own only.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
