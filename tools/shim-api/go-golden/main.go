// Prints, as JSON, what containerd's own types are on the wire; our tests compare our bytes with these.
package main

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"strings"
	"time"

	eventtypes "github.com/containerd/containerd/api/events"
	events "github.com/containerd/containerd/api/services/events/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/api/types/task"
	_ "github.com/containerd/containerd/runtime" // registers the JSON types
	"github.com/containerd/containerd/runtime/linux/runctypes"
	shim "github.com/containerd/containerd/runtime/v1/shim/v1"
	"github.com/containerd/typeurl"
	"github.com/gogo/protobuf/proto"
	ptypes "github.com/gogo/protobuf/types"
	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// golden is one message: its type, what is special about it, and its bytes in hex.
type golden struct {
	Type string `json:"type"`
	Case string `json:"case"`
	Hex  string `json:"hex"`
}

// packed is what typeurl makes of a value.
type packed struct {
	Case    string `json:"case"`
	TypeURL string `json:"typeUrl"`
	Value   string `json:"value"`
}

var (
	exited   = time.Date(2021, time.March, 4, 5, 6, 7, 123456789, time.UTC)
	before70 = time.Date(1969, time.December, 31, 23, 59, 58, 500000000, time.UTC)
	details  = &ptypes.Any{TypeUrl: "containerd.linux.runc.ProcessDetails", Value: []byte{10, 3, 'w', 'e', 'b'}}
	allBytes = func() (all []byte) {
		for b := 0; b < 256; b++ {
			all = append(all, byte(b))
		}
		return all
	}()
	mounts = []*types.Mount{
		{Type: "overlay", Source: "overlay", Options: []string{"lowerdir=/a:/b", "", "ro"}},
		{},
		{Type: "bind", Source: "/dät", Target: "/ziel", Options: []string{"rbind"}},
	}
)

var messages = []struct {
	name    string
	message proto.Message
}{
	{"full", &ptypes.Any{TypeUrl: "a/b", Value: allBytes}},
	{"empty", &ptypes.Any{}},
	{"empty", &ptypes.Empty{}},
	{"full", &ptypes.Timestamp{Seconds: 1614834367, Nanos: 123456789}},
	{"empty", &ptypes.Timestamp{}},
	{"largest exact", &ptypes.Timestamp{Seconds: 1<<53 - 1, Nanos: math.MaxInt32}},
	{"smallest exact", &ptypes.Timestamp{Seconds: -(1<<53 - 1), Nanos: math.MinInt32}},
	{"minus one", &ptypes.Timestamp{Seconds: -1, Nanos: -1}},
	{"over 32 bits", &ptypes.Timestamp{Seconds: 1 << 32}},
	{"full", mounts[2]},
	{"empty", &types.Mount{}},
	{"empty options", &types.Mount{Options: []string{"", ""}}},
	{"full", &task.ProcessInfo{Pid: 42, Info: details}},
	{"empty", &task.ProcessInfo{}},
	{"empty Any", &task.ProcessInfo{Pid: math.MaxUint32, Info: &ptypes.Any{}}},

	{"full", &shim.CreateTaskRequest{
		ID: "web", Bundle: "/run/b/web", Runtime: "runc", Rootfs: mounts, Terminal: true, Stdin: "/i", Stdout: "/o",
		Stderr: "/e", Checkpoint: "/c", ParentCheckpoint: "/p", Options: details,
	}},
	{"empty", &shim.CreateTaskRequest{}},
	{"long", &shim.CreateTaskRequest{
		ID: strings.Repeat("i", 127), Bundle: strings.Repeat("b", 128), Runtime: strings.Repeat("é", 70),
		Rootfs: []*types.Mount{{Source: strings.Repeat("世", 6000)}}, Stdin: strings.Repeat("s", 20000),
	}},
	{"full", &shim.CreateTaskResponse{Pid: 300}},
	{"empty", &shim.CreateTaskResponse{}},
	{"full", &shim.DeleteResponse{Pid: 1, ExitStatus: 137, ExitedAt: exited}},
	{"empty", &shim.DeleteResponse{}},
	{"before 1970", &shim.DeleteResponse{ExitedAt: before70}},
	{"full", &shim.DeleteProcessRequest{ID: "extra"}},
	{"empty", &shim.DeleteProcessRequest{}},
	{"full", &shim.ExecProcessRequest{
		ID: "extra", Terminal: true, Stdin: "/i", Stdout: "/o", Stderr: "/e",
		Spec: &ptypes.Any{TypeUrl: "j", Value: []byte(`{"args":["é"]}`)},
	}},
	{"empty", &shim.ExecProcessRequest{}},
	{"full", &shim.ResizePtyRequest{ID: "web", Width: 65535, Height: 127}},
	{"empty", &shim.ResizePtyRequest{}},
	{"full", &shim.StateRequest{ID: "web"}},
	{"empty", &shim.StateRequest{}},
	{"non-ASCII", &shim.StateRequest{ID: "Grüße, 世界 🐳"}},
	{"with NUL", &shim.StateRequest{ID: "a\x00b"}},
	{"full", &shim.StateResponse{
		ID: "web", Bundle: "/run/containerd/io.containerd.runtime.v1.linux/default/web", Pid: 4194304,
		Status: task.StatusStopped, Stdin: "/i", Stdout: "/o", Stderr: "/e", Terminal: true, ExitStatus: 255,
		ExitedAt: exited,
	}},
	{"empty", &shim.StateResponse{}},
	{"CREATED", &shim.StateResponse{Status: task.StatusCreated}},
	{"RUNNING", &shim.StateResponse{Status: task.StatusRunning}},
	{"PAUSED", &shim.StateResponse{Status: task.StatusPaused}},
	{"PAUSING", &shim.StateResponse{Status: task.StatusPausing}},
	{"the epoch", &shim.StateResponse{Pid: math.MaxUint32, ExitStatus: 128, ExitedAt: time.Unix(0, 0)}},
	{"full", &shim.KillRequest{ID: "web", Signal: 9, All: true}},
	{"empty", &shim.KillRequest{}},
	{"full", &shim.CloseIORequest{ID: "web", Stdin: true}},
	{"empty", &shim.CloseIORequest{}},
	{"full", &shim.ListPidsRequest{ID: "web"}},
	{"empty", &shim.ListPidsRequest{}},
	{"full", &shim.ListPidsResponse{Processes: []*task.ProcessInfo{{Pid: 1, Info: details}, {}, {Pid: 3}}}},
	{"empty", &shim.ListPidsResponse{}},
	{"full", &shim.CheckpointTaskRequest{Path: "/c", Options: details}},
	{"empty", &shim.CheckpointTaskRequest{}},
	{"full", &shim.ShimInfoResponse{ShimPid: 16384}},
	{"empty", &shim.ShimInfoResponse{}},
	{"full", &shim.UpdateTaskRequest{Resources: details}},
	{"empty", &shim.UpdateTaskRequest{}},
	{"full", &shim.StartRequest{ID: "web"}},
	{"empty", &shim.StartRequest{}},
	{"full", &shim.StartResponse{ID: "web", Pid: 2097151}},
	{"empty", &shim.StartResponse{}},
	{"full", &shim.WaitRequest{ID: "web"}},
	{"empty", &shim.WaitRequest{}},
	{"full", &shim.WaitResponse{ExitStatus: 1, ExitedAt: exited}},
	{"empty", &shim.WaitResponse{}},

	{"full", &runctypes.RuncOptions{Runtime: "crun", RuntimeRoot: "/r", CriuPath: "/criu", SystemdCgroup: true}},
	{"empty", &runctypes.RuncOptions{}},
	{"full", &runctypes.CreateOptions{
		NoPivotRoot: true, OpenTcp: true, ExternalUnixSockets: true, Terminal: true, FileLocks: true,
		EmptyNamespaces: []string{"network", ""}, CgroupsMode: "soft", NoNewKeyring: true, ShimCgroup: "/shim",
		IoUid: 1000, IoGid: math.MaxUint32, CriuWorkPath: "/w", CriuImagePath: "/i",
	}},
	{"empty", &runctypes.CreateOptions{}},
	{"full", &runctypes.CheckpointOptions{
		Exit: true, OpenTcp: true, ExternalUnixSockets: true, Terminal: true, FileLocks: true,
		EmptyNamespaces: []string{"network"}, CgroupsMode: "strict", WorkPath: "/w", ImagePath: "/i",
	}},
	{"empty", &runctypes.CheckpointOptions{}},
	{"full", &runctypes.ProcessDetails{ExecID: "web"}},
	{"empty", &runctypes.ProcessDetails{}},

	{"full", &eventtypes.TaskCreate{
		ContainerID: "web", Bundle: "/b", Rootfs: mounts,
		IO:         &eventtypes.TaskIO{Stdin: "/i", Stdout: "/o", Stderr: "/e", Terminal: true},
		Checkpoint: "/c", Pid: 7,
	}},
	{"empty", &eventtypes.TaskCreate{}},
	{"empty IO", &eventtypes.TaskCreate{IO: &eventtypes.TaskIO{}}},
	{"full", &eventtypes.TaskIO{Stdin: "/i", Stdout: "/o", Stderr: "/e", Terminal: true}},
	{"empty", &eventtypes.TaskIO{}},
	{"full", &eventtypes.TaskStart{ContainerID: "web", Pid: 7}},
	{"empty", &eventtypes.TaskStart{}},
	{"full", &eventtypes.TaskDelete{ContainerID: "web", Pid: 7, ExitStatus: 143, ExitedAt: exited, ID: "extra"}},
	{"empty", &eventtypes.TaskDelete{}},
	{"full", &eventtypes.TaskExit{ContainerID: "web", ID: "extra", Pid: 7, ExitStatus: 143, ExitedAt: exited}},
	{"empty", &eventtypes.TaskExit{}},
	{"full", &eventtypes.TaskOOM{ContainerID: "web"}},
	{"empty", &eventtypes.TaskOOM{}},
	{"full", &eventtypes.TaskExecAdded{ContainerID: "web", ExecID: "extra"}},
	{"empty", &eventtypes.TaskExecAdded{}},
	{"full", &eventtypes.TaskExecStarted{ContainerID: "web", ExecID: "extra", Pid: 8}},
	{"empty", &eventtypes.TaskExecStarted{}},
	{"full", &eventtypes.TaskPaused{ContainerID: "web"}},
	{"empty", &eventtypes.TaskPaused{}},
	{"full", &eventtypes.TaskResumed{ContainerID: "web"}},
	{"empty", &eventtypes.TaskResumed{}},
	{"full", &eventtypes.TaskCheckpointed{ContainerID: "web", Checkpoint: "/c"}},
	{"empty", &eventtypes.TaskCheckpointed{}},
	{"full", &events.Envelope{Timestamp: exited, Namespace: "default", Topic: "/tasks/exit", Event: details}},
	{"empty", &events.Envelope{}},
}

// What we must not write the same, but must read in a way that is stated: unknown values, numbers that are not exact
// in JavaScript, text that is no UTF-8.
var readOnly = []struct {
	name    string
	message proto.Message
}{
	{"unknown status", &shim.StateResponse{Status: 99}},
	{"seconds over 53 bits", &ptypes.Timestamp{Seconds: 1 << 53}},
	{"seconds under 53 bits", &ptypes.Timestamp{Seconds: math.MinInt64}},
	{"no UTF-8", &shim.StateRequest{ID: "a\xffb"}},
	{"unknown fields", &shim.StateRequest{ID: "web", XXX_unrecognized: []byte{
		0x98, 0x06, 0x96, 0x01, // 99, a varint
		0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, // 100, 64 bits
		0xaa, 0x06, 2, 'h', 'i', // 101, two bytes
		0xb5, 0x06, 1, 2, 3, 4, // 102, 32 bits
	}}},
}

var values = []struct {
	name  string
	value interface{}
}{
	{"TaskExit", &eventtypes.TaskExit{ContainerID: "web", ID: "web", Pid: 7, ExitStatus: 143, ExitedAt: exited}},
	{"CreateOptions", &runctypes.CreateOptions{NoPivotRoot: true}},
	{"Process", &specs.Process{Args: []string{"/bin/sh"}, Cwd: "/", User: specs.User{UID: 1}}},
	{"LinuxResources", &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: proto.Int64(1 << 26)}}},
}

func main() {
	out := struct {
		Messages []golden `json:"messages"`
		ReadOnly []golden `json:"readOnly"`
		Packed   []packed `json:"packed"`
	}{}
	for _, m := range messages {
		out.Messages = append(out.Messages, marshal(m.name, m.message))
	}
	for _, m := range readOnly {
		out.ReadOnly = append(out.ReadOnly, marshal(m.name, m.message))
	}
	for _, v := range values {
		packedValue, err := typeurl.MarshalAny(v.value)
		check(err)
		value := hex.EncodeToString(packedValue.Value)
		out.Packed = append(out.Packed, packed{v.name, packedValue.TypeUrl, value})
	}
	check(json.NewEncoder(os.Stdout).Encode(out))
}

func marshal(name string, message proto.Message) golden {
	data, err := proto.Marshal(message)
	check(err)
	return golden{proto.MessageName(message), name, hex.EncodeToString(data)}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
