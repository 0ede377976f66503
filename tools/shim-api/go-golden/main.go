// Prints, as JSON, what containerd's own types are on the wire; our tests compare our bytes with these.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"time"

	cgroupsv1 "github.com/containerd/cgroups/stats/v1"
	cgroupsv2 "github.com/containerd/cgroups/v2/stats"
	eventtypes "github.com/containerd/containerd/api/events"
	events "github.com/containerd/containerd/api/services/events/v1"
	ttrpcevents "github.com/containerd/containerd/api/services/ttrpc/events/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/api/types/task"
	runtimeoptions "github.com/containerd/containerd/pkg/runtimeoptions/v1"
	_ "github.com/containerd/containerd/runtime" // registers the JSON types
	"github.com/containerd/containerd/runtime/linux/runctypes"
	shim "github.com/containerd/containerd/runtime/v1/shim/v1"
	"github.com/containerd/containerd/runtime/v2/runc/options"
	taskv2 "github.com/containerd/containerd/runtime/v2/task"
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

// Every type that containerd 1.6 has and we have too; each is filled by reflection.
var types16 = []proto.Message{
	&ptypes.Any{}, &ptypes.Empty{}, &ptypes.Timestamp{}, &types.Mount{}, &task.ProcessInfo{},
	&shim.CreateTaskRequest{}, &shim.CreateTaskResponse{}, &shim.DeleteResponse{}, &shim.DeleteProcessRequest{},
	&shim.ExecProcessRequest{}, &shim.ResizePtyRequest{}, &shim.StateRequest{}, &shim.StateResponse{},
	&shim.KillRequest{}, &shim.CloseIORequest{}, &shim.ListPidsRequest{}, &shim.ListPidsResponse{},
	&shim.CheckpointTaskRequest{}, &shim.ShimInfoResponse{}, &shim.UpdateTaskRequest{}, &shim.StartRequest{},
	&shim.StartResponse{}, &shim.WaitRequest{}, &shim.WaitResponse{},
	&runctypes.RuncOptions{}, &runctypes.CreateOptions{}, &runctypes.CheckpointOptions{}, &runctypes.ProcessDetails{},
	&eventtypes.TaskCreate{}, &eventtypes.TaskIO{}, &eventtypes.TaskStart{}, &eventtypes.TaskDelete{},
	&eventtypes.TaskExit{}, &eventtypes.TaskOOM{}, &eventtypes.TaskExecAdded{}, &eventtypes.TaskExecStarted{},
	&eventtypes.TaskPaused{}, &eventtypes.TaskResumed{}, &eventtypes.TaskCheckpointed{},
	&events.Envelope{}, &ttrpcevents.ForwardRequest{},
	&taskv2.CreateTaskRequest{}, &taskv2.CreateTaskResponse{}, &taskv2.DeleteRequest{}, &taskv2.DeleteResponse{},
	&taskv2.ExecProcessRequest{}, &taskv2.ResizePtyRequest{}, &taskv2.StateRequest{}, &taskv2.StateResponse{},
	&taskv2.KillRequest{}, &taskv2.CloseIORequest{}, &taskv2.PidsRequest{}, &taskv2.PidsResponse{},
	&taskv2.CheckpointTaskRequest{}, &taskv2.UpdateTaskRequest{}, &taskv2.StartRequest{}, &taskv2.StartResponse{},
	&taskv2.WaitRequest{}, &taskv2.WaitResponse{}, &taskv2.StatsRequest{}, &taskv2.StatsResponse{},
	&taskv2.ConnectRequest{}, &taskv2.ConnectResponse{}, &taskv2.ShutdownRequest{}, &taskv2.PauseRequest{},
	&taskv2.ResumeRequest{},
	&options.Options{}, &options.CheckpointOptions{}, &options.ProcessDetails{}, &runtimeoptions.Options{},
	&cgroupsv1.Metrics{}, &cgroupsv2.Metrics{},
}

// filled is a message with a value in each field, or in every other one, and what Go calls these fields.
type filled struct {
	Type string      `json:"type"`
	Case string      `json:"case"`
	Hex  string      `json:"hex"`
	JSON interface{} `json:"json"`
}

// merged is what Go reads from two messages, one behind the other, and writes again.
type merged struct {
	Type  string    `json:"type"`
	Cases [2]string `json:"cases"`
	Hex   string    `json:"hex"`
}

// filler puts a value into each field that keep wants, another one each time.
type filler struct {
	count int
	keep  func(field int) bool
	large bool
}

func (f *filler) fill(message reflect.Value) {
	for i := 0; i < message.NumField(); i++ {
		name := message.Type().Field(i).Name
		// Times that cannot be left out are always written, and read without being merged: both as in no other library.
		_, isTime := message.Field(i).Interface().(time.Time)
		if strings.HasPrefix(name, "XXX_") || !(isTime || f.keep(i)) {
			continue
		}
		f.set(message.Field(i), name)
	}
}

func (f *filler) set(field reflect.Value, name string) {
	f.count++
	if _, ok := field.Interface().(time.Time); ok {
		field.Set(reflect.ValueOf(exited.Add(time.Duration(f.count) * time.Second)))
		return
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(fmt.Sprintf("%s %d", name, f.count))
	case reflect.Bool:
		field.SetBool(true)
	case reflect.Uint32, reflect.Uint64:
		field.SetUint(uint64(f.count))
		if f.large {
			field.SetUint(math.MaxUint64 >> (64 - field.Type().Bits()))
		}
	case reflect.Int32:
		field.SetInt(int64(f.count%5 + 1)) // also the values of an enum
	case reflect.Int64:
		field.SetInt(int64(f.count))
	case reflect.Float64:
		field.SetFloat(float64(f.count) / 4)
	case reflect.Map:
		field.Set(reflect.MakeMap(field.Type()))
		field.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf(fmt.Sprintf("%s %d", name, f.count)))
	case reflect.Ptr:
		field.Set(reflect.New(field.Type().Elem()))
		f.fill(field.Elem())
	case reflect.Slice:
		if field.Type().Elem().Kind() == reflect.Uint8 {
			field.SetBytes([]byte{byte(f.count), 0, 255})
			return
		}
		field.Set(reflect.MakeSlice(field.Type(), 2, 2))
		f.set(field.Index(0), name)
		f.set(field.Index(1), name)
	default:
		panic("no value for a " + field.Kind().String())
	}
}

var cases = []string{"each field", "each field, large", "even fields", "odd fields"}

// fill makes a message of the same type, filled, and its bytes.
func fill(message proto.Message, how string, seed *int) ([]byte, proto.Message) {
	keep := map[string]func(int) bool{
		"even fields": func(i int) bool { return i%2 == 0 },
		"odd fields":  func(i int) bool { return i%2 == 1 },
	}[how]
	if keep == nil {
		keep = func(int) bool { return true }
	}
	f := &filler{count: *seed, keep: keep, large: strings.HasSuffix(how, "large")}
	made := reflect.New(reflect.TypeOf(message).Elem())
	f.fill(made.Elem())
	*seed = f.count
	result := made.Interface().(proto.Message)
	data, err := proto.Marshal(result)
	check(err)
	return data, result
}

var mergedCases = [][2]string{
	{"each field", "even fields"}, {"each field", "odd fields"}, {"even fields", "odd fields"}, {"odd fields", "each field"},
}

func merge(message proto.Message, cases [2]string, first, second []byte) merged {
	both := reflect.New(reflect.TypeOf(message).Elem()).Interface().(proto.Message)
	check(proto.Unmarshal(append(append([]byte{}, first...), second...), both))
	data, err := proto.Marshal(both)
	check(err)
	return merged{proto.MessageName(message), cases, hex.EncodeToString(data)}
}

func main() {
	out := struct {
		Messages []golden `json:"messages"`
		ReadOnly []golden `json:"readOnly"`
		Packed   []packed `json:"packed"`
		Filled   []filled `json:"filled"`
		Merged   []merged `json:"merged"`
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
	for _, m := range types16 {
		seed := 0
		written := map[string][]byte{}
		for _, how := range cases {
			data, message := fill(m, how, &seed)
			written[how] = data
			out.Filled = append(out.Filled, filled{proto.MessageName(m), how, hex.EncodeToString(data), message})
		}
		for _, pair := range mergedCases {
			out.Merged = append(out.Merged, merge(m, pair, written[pair[0]], written[pair[1]]))
		}
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
