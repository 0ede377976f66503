// The compiler allows functions without a body, which go:linkname needs, only beside an assembly file.
