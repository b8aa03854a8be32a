package session

import (
	"time"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

const codeInvalidAuth = "28000"

// Demand implements pgwire.Gate: the first rule for the client's place says how it proves who it is, the roles say what with.
func (s *Server) Demand(st *pgwire.Startup) (pgwire.Demand, error) {
	if err := cutNames(st); err != nil {
		return pgwire.Demand{}, err
	}
	tx := s.c.Store.Read()
	schema := tx.Schema()
	tx.Close()
	snapshot := s.c.Catalog.Snapshot(schema)
	roles := snapshot.Roles()
	role := s.roleOf(roles, st.User)

	c := &auth.Connection{Local: st.Local, TLS: st.TLS, Address: st.Address, Database: st.Database, Role: st.User, Member: func(other string) bool {
		o, ok := roles.Named(other)
		return ok && role != nil && roles.MemberStrictly(role.OID, o.OID)
	}}
	rule := s.rules().Match(c)
	place := whence(st)
	if rule == nil {
		return pgwire.Demand{}, types.Errorf(codeInvalidAuth, "no pg_hba.conf entry for %s", place)
	}
	d := pgwire.Demand{Method: string(rule.Method), Superuser: role != nil && role.Super, Refuse: admissible(snapshot, role, st)}
	method := rule.Method
	if method == auth.AsRole {
		method = auth.SCRAM // of names that don't exist too, so that they look like those that do
		if role != nil && role.Password == "" && (role.Login || roles.Open) {
			method = auth.Trust
		}
	}
	remote := !st.Local && !st.Address.IsLoopback()
	switch {
	case remote && !st.TLS && !s.c.PlainRemote && method != auth.Reject:
		return d, types.Errorf(codeInvalidAuth, "connections from other machines need TLS").
			WithHint("Connect with sslmode=require or better. The server's flag --insecure-no-tls does without.")
	case remote && method == auth.Trust && !s.c.TrustRemote:
		return d, types.Errorf(codeInvalidAuth, "connections from other machines need authentication").
			WithHint("The rules say trust, which the server's flag --insecure-no-auth would let them do.")
	}
	if rule.ClientCert != "" && !st.Certified {
		return d, types.Errorf(codeInvalidAuth, "connection requires a valid client certificate")
	}
	if rule.ClientCert == "verify-full" && st.Certificate != st.User {
		return d, types.Errorf(codeInvalidAuth, "certificate authentication failed for user %q", st.User)
	}
	switch method {
	case auth.Trust:
	case auth.SCRAM:
		secret := catalog.MockSecret(schema)
		if secret == nil {
			secret = s.secret
		}
		v := auth.Mock(secret, st.User)
		if role != nil && (role.Until == nil || *role.Until > time.Now().UnixMicro()) {
			if kept, ok := auth.ParseVerifier(role.Password); ok {
				v = kept
			}
		}
		d.Password = &v
	case auth.Cert:
		if !st.Certified {
			return d, types.Errorf(codeInvalidAuth, "connection requires a valid client certificate")
		}
		if st.Certificate != st.User {
			return d, types.Errorf(codeInvalidAuth, "certificate authentication failed for user %q", st.User)
		}
	case auth.Peer:
		if who, err := st.PeerUser(); err != nil || who != st.User {
			return d, types.Errorf(codeInvalidAuth, "Peer authentication failed for user %q", st.User)
		}
	default:
		return d, types.Errorf(codeInvalidAuth, "pg_hba.conf rejects connection for %s", place)
	}
	return d, nil
}

// cutNames checks the names of the start-up message, and cuts them as PostgreSQL does.
func cutNames(st *pgwire.Startup) error {
	for _, name := range []*string{&st.User, &st.Database} {
		if err := function.CheckUTF8([]byte(*name)); err != nil {
			return err
		}
		*name = cut(*name, maxName)
	}
	return nil
}

// roleOf finds who a name is: while there are no roles, the superuser. nil: nobody.
func (s *Server) roleOf(roles *catalog.Roles, name string) *catalog.Role {
	if roles.Open {
		r, _ := roles.ByOID(catalog.BootstrapRole)
		return r
	}
	r, _ := roles.Named(name)
	return r
}

// rules are those in force.
func (s *Server) rules() *auth.Rules {
	if s.c.Rules != nil {
		if r := s.c.Rules(); r != nil {
			return r
		}
	}
	return builtInRules
}

var builtInRules = auth.BuiltIn(false, false, false)

// admissible says why a role can't have a session even when it is who it says.
func admissible(snapshot *catalog.Snapshot, role *catalog.Role, st *pgwire.Startup) error {
	switch {
	case role == nil:
		return types.Errorf(codeInvalidAuth, "role %q does not exist", st.User)
	case !role.Login:
		return types.Errorf(codeInvalidAuth, "role %q is not permitted to log in", st.User)
	case !snapshot.Roles().Allowed(role.OID, catalog.DatabaseClass, snapshot.DatabaseRights(), catalog.Connect):
		return types.Errorf(types.CodeInsufficientPrivilege, "permission denied for database %q", st.Database).WithDetail("User does not have CONNECT privilege.")
	}
	return nil
}

// whence describes a connection as PostgreSQL does.
func whence(st *pgwire.Startup) string {
	how := "no encryption"
	if st.TLS {
		how = "SSL encryption"
	}
	host := "[local]"
	if !st.Local {
		host = st.Address.String()
	}
	return `host "` + host + `", user "` + st.User + `", database "` + st.Database + `", ` + how
}
