// Makes and deletes bundles by containerd's own code: the peer of bundle-ours.ts.
//
//	go-bundle BASE   reads lines "WORK COUNT" and answers each with the nanoseconds it took
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"time"
	_ "unsafe"

	_ "github.com/containerd/containerd/runtime/v1/linux"
)

type bundle struct {
	id      string
	path    string
	workDir string
}

//go:linkname newBundle github.com/containerd/containerd/runtime/v1/linux.newBundle
func newBundle(id, path, workDir string, spec []byte) (*bundle, error)

//go:linkname deleteBundle github.com/containerd/containerd/runtime/v1/linux.(*bundle).Delete
func deleteBundle(b *bundle) error

func main() {
	base := os.Args[1]
	spec, err := os.ReadFile(os.Args[2])
	must(err)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var work string
		var count int
		_, err := fmt.Sscan(lines.Text(), &work, &count)
		must(err)
		start := time.Now()
		for i := 0; i < count; i++ {
			b, err := newBundle(fmt.Sprintf("go-%d", i), filepath.Join(base, "state"), filepath.Join(base, "root"), spec)
			must(err)
			must(deleteBundle(b))
		}
		fmt.Println(time.Since(start).Nanoseconds())
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
