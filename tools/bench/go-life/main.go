// The whole life of a container by containerd's own client: the peer of life-ours.ts.
//
//	go-life BASE SPEC CRUN   reads lines "WORK COUNT" and answers each with the nanoseconds it took
//
// A shim runs this program for each event as well; there is nothing to do with it here.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
	"golang.org/x/sys/unix"
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
		works := map[string]func(base string, spec []byte, count int) time.Duration{
			"life": inTurn(life), "life-crun": inTurn(lifeOfCrun), "bare": inTurn(bare), "at-once": atOnce, "exec": execs, "output": output,
		}
		fmt.Println(works[work](base, spec, count).Nanoseconds())
	}
}

func inTurn(work func(base string, spec []byte)) func(string, []byte, int) time.Duration {
	return func(base string, spec []byte, count int) time.Duration {
		start := time.Now()
		for i := 0; i < count; i++ {
			work(base, spec)
		}
		return time.Since(start)
	}
}

func atOnce(base string, spec []byte, count int) time.Duration {
	start := time.Now()
	var running sync.WaitGroup
	for i := 0; i < count; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			life(base, spec)
		}()
	}
	running.Wait()
	return time.Since(start)
}

type container struct {
	id  string
	b   *bundle
	c   *client.Client
	ctx context.Context
}

func made(base string, spec []byte, stdout, runtime string) container {
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
		Runtime: runtime,
		Stdout: stdout,
		Stderr: stdout,
	})
	must(err)
	_, err = c.Start(ctx, &shimapi.StartRequest{ID: id})
	must(err)
	return container{id, b, c, ctx}
}

func (t container) end() {
	_, err := t.c.Wait(t.ctx, &shimapi.WaitRequest{ID: t.id})
	must(err)
	_, err = t.c.Delete(t.ctx, &ptypes.Empty{})
	must(err)
	must(t.c.StopShim(t.ctx))
	_ = t.c.Close() // the shim's end has closed it already, which is an error to Go
	must(deleteBundle(t.b))
}

func life(base string, spec []byte) {
	made(base, spec, "", "").end()
}

// The third argument: a crun that works on this machine.
func lifeOfCrun(base string, spec []byte) {
	made(base, spec, "", os.Args[3]).end()
}

// The same by runc's command line alone, as a child would be run: the least it can take.
func bare(base string, spec []byte) {
	must(unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
	id := fmt.Sprintf("go-%d", lives.Add(1))
	spec = []byte(strings.ReplaceAll(string(spec), "@ID@", id))
	b, err := newBundle(id, filepath.Join(base, "state"), filepath.Join(base, "root"), spec)
	must(err)
	rootfs := filepath.Join(b.path, "rootfs")
	must(unix.Mount("/", rootfs, "", unix.MS_BIND, ""))
	root, pidFile := filepath.Join(base, "runc", "bare"), filepath.Join(b.path, "pid")
	runc := func(args ...string) { must(exec.Command("runc", append([]string{"--root", root}, args...)...).Run()) }
	runc("create", "--bundle", b.path, "--pid-file", pidFile, id)
	content, err := os.ReadFile(pidFile)
	must(err)
	pid, err := strconv.Atoi(string(content))
	must(err)
	runc("start", id)
	_, err = unix.Wait4(pid, nil, 0, nil)
	must(err)
	runc("delete", id)
	must(unix.Unmount(rootfs, 0))
	must(deleteBundle(b))
}

// Processes in a container that runs, each from its start to its exit.
func execs(base string, spec []byte, count int) time.Duration {
	t := made(base, command(spec, "/bin/sleep", "600"), "", "")
	process, err := json.Marshal(map[string]interface{}{
		"args": []string{"/bin/true"}, "cwd": "/", "user": map[string]int{"uid": 0, "gid": 0},
	})
	must(err)
	start := time.Now()
	for i := 0; i < count; i++ {
		id := fmt.Sprintf("exec-%d", i)
		_, err = t.c.Exec(t.ctx, &shimapi.ExecProcessRequest{ID: id, Spec: &ptypes.Any{Value: process}})
		must(err)
		_, err = t.c.Start(t.ctx, &shimapi.StartRequest{ID: id})
		must(err)
		_, err = t.c.Wait(t.ctx, &shimapi.WaitRequest{ID: id})
		must(err)
		_, err = t.c.DeleteProcess(t.ctx, &shimapi.DeleteProcessRequest{ID: id})
		must(err)
	}
	took := time.Since(start)
	_, err = t.c.Kill(t.ctx, &shimapi.KillRequest{ID: t.id, Signal: 9, All: true})
	must(err)
	t.end()
	return took
}

// What a container writes to its stdout, in MiB, read from its FIFO.
func output(base string, spec []byte, count int) time.Duration {
	fifo := filepath.Join(base, fmt.Sprintf("go-%d.out", lives.Load()))
	must(unix.Mkfifo(fifo, 0600))
	reader, err := os.OpenFile(fifo, os.O_RDWR, 0)
	must(err)
	t := made(base, command(spec, "/usr/bin/head", "-c", strconv.Itoa(count<<20), "/dev/zero"), fifo, "")
	start := time.Now()
	_, err = io.CopyN(io.Discard, reader, int64(count)<<20)
	must(err)
	took := time.Since(start)
	must(reader.Close())
	t.end()
	must(os.Remove(fifo))
	return took
}

func command(spec []byte, args ...string) []byte {
	list, err := json.Marshal(args)
	must(err)
	return []byte(strings.Replace(string(spec), `["/bin/true"]`, string(list), 1))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
