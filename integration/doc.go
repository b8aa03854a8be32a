// Package integration holds the tests of the whole house: the server as a process under real
// clients, and the checks of the house itself. It has no code of the product.
package integration
