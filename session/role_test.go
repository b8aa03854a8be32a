package session

import "testing"

// TestSettingsOfRoles: what ALTER ROLE ALL SET says holds for sessions that begin later, and a role's own settings come before it.
func TestSettingsOfRoles(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("alter role all set work_mem = '16MB'; alter role all set intervalstyle = 'iso_8601'", "ALTER ROLE\nALTER ROLE")
	c.want("show work_mem", "64MB\nSHOW")
	l.connect().want("show work_mem", "16MB\nSHOW")
	c.want("alter role all reset work_mem", "ALTER ROLE")
	l.connect().want("show work_mem; show intervalstyle", "64MB\nSHOW\niso_8601\nSHOW")
	c.want("alter role all reset all", "ALTER ROLE")
	l.connect().want("show intervalstyle", "postgres\nSHOW")
}
