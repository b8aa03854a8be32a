// Package strip is the page layout "columns": a few thousand events taken apart into strips of values, one for each member and type, and put together again
// byte for byte.
package strip
