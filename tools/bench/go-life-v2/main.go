// The whole life of a container by containerd's own client of runtime v2: the peer of life-v2-ours.ts.
//
//	go-life-v2 BASE SPEC   reads lines "WORK COUNT" and answers each with the nanoseconds it took
//
// WORK is the runtime, such as io.containerd.runc.v2. The events of the shims are taken here, as a daemon does.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	eventsapi "github.com/containerd/containerd/api/services/ttrpc/events/v1"
	"github.com/containerd/containerd/events/exchange"
	"github.com/containerd/containerd/mount"
	"github.com/containerd/containerd/namespaces"
	"github.com/containerd/containerd/runtime"
	v2 "github.com/containerd/containerd/runtime/v2"
	"github.com/containerd/containerd/runtime/v2/runc/options"
	"github.com/containerd/ttrpc"
	"github.com/containerd/typeurl"
	ptypes "github.com/gogo/protobuf/types"
	"github.com/sirupsen/logrus"
)

const namespace = "bench-v2"

type events struct{}

func (events) Forward(context.Context, *eventsapi.ForwardRequest) (*ptypes.Empty, error) {
	return &ptypes.Empty{}, nil
}

// What the shims log is copied to the standard error of the program.
var stderr = os.Stderr

func main() {
	logrus.SetLevel(logrus.PanicLevel)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	must(err)
	os.Stderr = null
	base := os.Args[1]
	spec, err := os.ReadFile(os.Args[2])
	must(err)
	ctx := namespaces.WithNamespace(context.Background(), namespace)
	address := filepath.Join(base, "go-v2.sock")
	serve(ctx, address+".ttrpc")
	shims, err := v2.NewShimManager(ctx, &v2.ManagerConfig{
		Root:         filepath.Join(base, "go-v2-root"),
		State:        filepath.Join(base, "go-v2-state"),
		Events:       exchange.NewExchange(),
		Address:      address,
		TTRPCAddress: address + ".ttrpc",
	})
	must(err)
	tasks := v2.NewTaskManager(shims)
	lives := 0
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var work string
		var count int
		_, err := fmt.Sscan(lines.Text(), &work, &count)
		must(err)
		start := time.Now()
		for i := 0; i < count; i++ {
			lives++
			life(ctx, tasks, fmt.Sprintf("go-v2-%d-%d", os.Getpid(), lives), work, base, string(spec))
		}
		fmt.Println(time.Since(start).Nanoseconds())
	}
}

func serve(ctx context.Context, address string) {
	server, err := ttrpc.NewServer()
	must(err)
	eventsapi.RegisterEventsService(server, events{})
	listener, err := net.Listen("unix", address)
	must(err)
	go func() { _ = server.Serve(ctx, listener) }()
}

func life(ctx context.Context, tasks *v2.TaskManager, id, shim, base, spec string) {
	packed, err := typeurl.MarshalAny(&options.Options{Root: filepath.Join(base, "runc")})
	must(err)
	task, err := tasks.Create(ctx, id, runtime.CreateOpts{
		Spec:        &ptypes.Any{Value: []byte(strings.ReplaceAll(spec, "@ID@", id))},
		Rootfs:      []mount.Mount{{Type: "bind", Source: "/", Options: []string{"bind", "ro"}}},
		Runtime:     shim,
		TaskOptions: packed,
	})
	must(err)
	must(task.Start(ctx))
	_, err = task.Wait(ctx)
	must(err)
	_, err = tasks.Delete(ctx, id)
	must(err)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(stderr, err)
		os.Exit(1)
	}
}
