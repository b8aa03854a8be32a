//go:build !linux

package main

// forgets says that forget does what it is for.
const forgets = false

// forget does nothing: where the page cache can't be told, a cold system is one that has been started anew.
func forget(string) error { return nil }
