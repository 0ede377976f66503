// The whole life of a container by containerd's own client: the peer of life-ours.ts.
//
//	go-life BASE SPEC   reads lines "life COUNT" and answers each with the nanoseconds it took
//
// A shim runs this program for each event as well; there is nothing to do with it here.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
	_ "unsafe"

	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/namespaces"
	_ "github.com/containerd/containerd/runtime/v1/linux"
	"github.com/containerd/containerd/runtime/v1/shim"
	"github.com/containerd/containerd/runtime/v1/shim/client"
	shimapi "github.com/containerd/containerd/runtime/v1/shim/v1"
	ptypes "github.com/gogo/protobuf/types"
	"github.com/sirupsen/logrus"
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

//go:linkname shimAddress github.com/containerd/containerd/runtime/v1/linux.(*bundle).shimAddress
func shimAddress(b *bundle, namespace, socketPath string) string

const namespace = "bench"

var lives atomic.Int64

func main() {
	for _, arg := range os.Args {
		if arg == "publish" {
			return
		}
	}
	logrus.SetLevel(logrus.ErrorLevel)
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
			life(base, spec)
		}
		fmt.Println(time.Since(start).Nanoseconds())
	}
}

func life(base string, spec []byte) {
	ctx := namespaces.WithNamespace(context.Background(), namespace)
	id := fmt.Sprintf("go-%d", lives.Add(1))
	spec = []byte(strings.ReplaceAll(string(spec), "@ID@", id))
	b, err := newBundle(id, filepath.Join(base, "state"), filepath.Join(base, "root"), spec)
	must(err)

	daemon := filepath.Join(base, "go.sock")
	config := shim.Config{
		Path: b.path, WorkDir: b.workDir, Namespace: namespace, RuntimeRoot: filepath.Join(base, "runc"),
	}
	started := client.WithStart("containerd-shim", shimAddress(b, namespace, daemon), daemon, "", false, func() {})
	c, err := client.New(ctx, config, started)
	must(err)

	_, err = c.Create(ctx, &shimapi.CreateTaskRequest{
		ID:     id,
		Bundle: b.path,
		Rootfs: []*types.Mount{{Type: "bind", Source: "/", Options: []string{"bind", "ro"}}},
	})
	must(err)
	_, err = c.Start(ctx, &shimapi.StartRequest{ID: id})
	must(err)
	_, err = c.Wait(ctx, &shimapi.WaitRequest{ID: id})
	must(err)
	_, err = c.Delete(ctx, &ptypes.Empty{})
	must(err)
	must(c.StopShim(ctx))
	_ = c.Close() // the shim's end has closed it already, which is an error to Go
	must(deleteBundle(b))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
