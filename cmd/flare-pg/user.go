package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user COMMAND",
		Short: "Make and list the roles that can log in",
		Long: `Make and list the roles that can log in to a server, while it doesn't run: this is how the
first superuser comes to be. Afterwards there is psql, with CREATE ROLE, ALTER ROLE and \password.`,
		DisableFlagsInUseLine: true,
		Args:                  noSubcommand,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(userAddCommand(), userListCommand())
	return cmd
}

func userAddCommand() *cobra.Command {
	var data string
	var super bool
	cmd := &cobra.Command{
		Use:   "add NAME --data DIR",
		Short: "Make a role that can log in with a password",
		Long: `Make a role that can log in with a password. The first one must be a superuser: it is the one
to whom everything belongs, and no other name is let in from then on.

The password is asked for twice on a terminal. Without one it is taken from FLARE_PG_PASSWORD,
from the file that FLARE_PG_PASSWORD_FILE names, or from the first line of standard input.`,
		Example: `  flare-pg user add ada --superuser --data ./data
  flare-pg user add grafana --data ./data < grafana.password`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			return addUser(cmd.Context(), data, args[0], super, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory, made if it is absent or empty")
	cmd.Flags().BoolVar(&super, "superuser", false, "it may do everything")
	return cmd
}

func userListCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "list --data DIR",
		Short: "List the roles",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			store, err := openUsers(data, "psql: \\du", false)
			if err != nil {
				return err
			}
			defer store.Close()
			return listUsers(store, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory")
	return cmd
}

// openUsers opens a store for its roles. While a server has it, instead says what to do there.
func openUsers(data, instead string, create bool) (*engine.Store, error) {
	store, err := engine.Open(data, engine.Options{Create: create, Parallel: parallel, RAMBytes: -1})
	switch {
	case errors.Is(err, engine.ErrLocked):
		return nil, fmt.Errorf("a server has %s; say it there: %s", data, instead)
	case err != nil:
		return nil, explainOpen(data, err, create)
	}
	return store, nil
}

func addUser(ctx context.Context, data, name string, super bool, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	attributes := "LOGIN"
	if super {
		attributes = "SUPERUSER LOGIN"
	}
	store, err := openUsers(data, fmt.Sprintf("CREATE ROLE %s %s; \\password %s", name, attributes, name), true)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := store.Close(); err == nil {
			err = cerr
		}
	}()
	if err := mayAdd(store, name, super); err != nil {
		return err
	}
	password, err := givenPassword(stdin, stderr)
	if err != nil {
		return err
	}
	if err := createUser(ctx, store, name, password, super); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "role %q can log in now\n", name)
	return nil
}

// mayAdd refuses names that are no good before a password is asked for.
func mayAdd(store *engine.Store, name string, super bool) error {
	switch {
	case name == "" || len(name) > 63 || strings.ContainsRune(name, 0):
		return usageError{errors.New("a role's name has 1 to 63 bytes")}
	case strings.HasPrefix(name, "pg_") || name == "public" || name == "none":
		return usageError{fmt.Errorf("role name %q is reserved", name)}
	}
	tx := store.Read()
	defer tx.Close()
	roles := catalog.RolesOf(tx.Schema())
	if _, there := roles.Named(name); there && !roles.Open {
		return fmt.Errorf("role %q already exists", name)
	}
	if roles.Open && !super {
		return usageError{errors.New("the first role must be a superuser, or nobody could make others: add --superuser")}
	}
	return nil
}

func createUser(ctx context.Context, store *engine.Store, name, password string, super bool) error {
	v, err := auth.NewVerifier(password)
	if err != nil {
		return err
	}
	role := catalog.Role{Name: name, Super: super, Inherit: true, Login: true, Limit: -1, Password: v.String()}
	if super {
		role.CreateRole, role.CreateDB, role.BypassRLS = true, true, true
	}
	id, secret := store.NewStreamID(), auth.NewSecret()
	tx := store.Read()
	defer tx.Close()
	stage := store.NewStage()
	err = stage.Alter(tx.Schema(), func(e *engine.SchemaEdit) error { return catalog.CreateRole(e, id, role, name, secret) })
	if err != nil {
		stage.Discard()
		return err
	}
	return store.Commit(ctx, stage, engine.Sync)
}

// givenPassword takes a new password from the environment, a terminal, or the first line of stdin.
func givenPassword(stdin io.Reader, stderr io.Writer) (string, error) {
	password, given, err := environmentPassword()
	if err != nil || given {
		return password, err
	}
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		ask := func(prompt string) (string, error) {
			fmt.Fprint(stderr, prompt)
			b, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(stderr)
			return string(b), err
		}
		first, err := ask("Password: ")
		if err != nil {
			return "", err
		}
		second, err := ask("Again: ")
		if err != nil {
			return "", err
		}
		if first != second {
			return "", errors.New("the two passwords differ; nothing was done")
		}
		return goodPassword(first)
	}
	line, err := bufio.NewReader(io.LimitReader(stdin, 4096)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return goodPassword(strings.TrimRight(line, "\r\n"))
}

// environmentPassword is the password of FLARE_PG_PASSWORD, or in the file of FLARE_PG_PASSWORD_FILE.
func environmentPassword() (password string, given bool, err error) {
	if password, given = os.LookupEnv("FLARE_PG_PASSWORD"); given {
		password, err = goodPassword(password)
		return password, true, err
	}
	file, given := os.LookupEnv("FLARE_PG_PASSWORD_FILE")
	if !given {
		return "", false, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", true, fmt.Errorf("FLARE_PG_PASSWORD_FILE: can't read %s: %w", file, plainPath(err))
	}
	password, err = goodPassword(strings.TrimRight(string(text), "\r\n"))
	return password, true, err
}

func goodPassword(s string) (string, error) {
	switch {
	case s == "":
		return "", errors.New("the password is empty")
	case strings.ContainsRune(s, 0):
		return "", errors.New("the password has a NUL in it")
	}
	return s, nil
}

// firstUser makes the superuser that the environment asks for, where nobody has made a role yet.
func firstUser(ctx context.Context, store *engine.Store) (name string, err error) {
	tx := store.Read()
	open := catalog.RolesOf(tx.Schema()).Open
	tx.Close()
	password, given, err := environmentPassword()
	if err != nil || !given || !open {
		return "", err
	}
	if name = os.Getenv("FLARE_PG_USER"); name == "" {
		name = "flare"
	}
	if err := mayAdd(store, name, true); err != nil {
		return "", err
	}
	return name, createUser(ctx, store, name, password, true)
}

func listUsers(store *engine.Store, out io.Writer) error {
	tx := store.Read()
	defer tx.Close()
	roles := catalog.RolesOf(tx.Schema())
	if roles.Open {
		fmt.Fprintln(out, "There are no roles yet: on this machine every name is let in, as superuser.")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROLE\tLOGIN\tPASSWORD\tSUPERUSER\tMEMBER OF")
	yes := func(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
	for _, r := range roles.List() {
		if strings.HasPrefix(r.Name, "pg_") {
			continue
		}
		var in []string
		for _, m := range r.In {
			in = append(in, roles.Name(m.Role))
		}
		password := yes(r.Password != "")
		if r.Until != nil {
			password += ", until " + time.UnixMicro(*r.Until).UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, yes(r.Login), password, yes(r.Super), strings.Join(in, ", "))
	}
	return w.Flush()
}
