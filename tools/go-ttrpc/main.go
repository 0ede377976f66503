// The Go side of ttrpc, on containerd's own implementation, for tests and benchmarks:
//
//	go-ttrpc server SOCKET   answers Shim.State until its stdin ends; what the id says decides how
//	go-ttrpc bench SOCKET    reads lines "one COUNT" or "many COUNT", answers with the nanoseconds of COUNT calls:
//	                         COUNT times the median of single ones, or in all with 64 at a time
//	go-ttrpc decode          reads lines "request HEX" or "response HEX", answers with what is in the message, as JSON
//	go-ttrpc call SOCKET ID [TIMEOUT_MS [KEY=VALUE…]]   makes one State call and prints the outcome
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/containerd/containerd/api/types/task"
	shimapi "github.com/containerd/containerd/runtime/v1/shim/v1"
	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const serviceName = "containerd.runtime.linux.shim.v1.Shim"

func main() {
	switch os.Args[1] {
	case "server":
		serve(os.Args[2])
	case "bench":
		bench(os.Args[2])
	case "decode":
		decode()
	case "call":
		call(os.Args[2], os.Args[3], os.Args[4:])
	}
}

func serve(socket string) {
	listener, err := net.Listen("unix", socket)
	must(err)
	server, err := ttrpc.NewServer()
	must(err)
	server.Register(serviceName, map[string]ttrpc.Method{"State": state})
	go server.Serve(context.Background(), listener)
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	server.Close()
}

func state(ctx context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request shimapi.StateRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	what, argument, _ := strings.Cut(request.ID, ":")
	number, _ := strconv.Atoi(argument)
	switch what {
	case "status":
		return nil, status.Error(codes.Code(number), "message "+argument)
	case "metadata":
		values, _ := ttrpc.GetMetadata(ctx)
		return &shimapi.StateResponse{ID: strings.Join(values[argument], ",")}, nil
	case "deadline":
		deadline, ok := ctx.Deadline()
		if !ok {
			return &shimapi.StateResponse{ID: "none"}, nil
		}
		return &shimapi.StateResponse{ID: strconv.FormatInt(time.Until(deadline).Milliseconds(), 10)}, nil
	case "hang":
		<-ctx.Done()
		return nil, ctx.Err()
	case "big":
		return &shimapi.StateResponse{Stdout: strings.Repeat("x", number)}, nil
	}
	return &shimapi.StateResponse{
		ID:     request.ID,
		Bundle: "/run/containerd/io.containerd.runtime.v1.linux/default/" + request.ID,
		Pid:    4242,
		Status: task.StatusRunning,
		Stdout: "/run/containerd/fifo/123456789/" + request.ID + "-stdout",
		Stderr: "/run/containerd/fifo/123456789/" + request.ID + "-stderr",
	}, nil
}

func connect(socket string) shimapi.ShimService {
	conn, err := net.Dial("unix", socket)
	must(err)
	return shimapi.NewShimClient(ttrpc.NewClient(conn))
}

func bench(socket string) {
	client := connect(socket)
	request := &shimapi.StateRequest{ID: "container"}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var work string
		var count int
		_, err := fmt.Sscan(lines.Text(), &work, &count)
		must(err)
		perCall := one
		if work == "many" {
			perCall = many
		}
		took := perCall(count, func() {
			_, err := client.State(context.Background(), request)
			must(err)
		})
		fmt.Println(took.Nanoseconds() * int64(count))
	}
}

// one is the median of count calls, one after the other.
func one(count int, call func()) time.Duration {
	times := make([]time.Duration, count)
	for i := range times {
		start := time.Now()
		call()
		times[i] = time.Since(start)
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	return times[count/2]
}

// many is the time of a call when 64 are always in flight.
func many(count int, call func()) time.Duration {
	start := time.Now()
	var group sync.WaitGroup
	for worker := 0; worker < 64; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < count/64; i++ {
				call()
			}
		}()
	}
	group.Wait()
	return time.Since(start) / time.Duration(count)
}

func decode() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		kind, text, _ := strings.Cut(lines.Text(), " ")
		data, err := hex.DecodeString(text)
		must(err)
		var answer []byte
		if kind == "request" {
			answer, err = decodeRequest(data)
		} else {
			answer, err = decodeResponse(data)
		}
		if err != nil {
			answer, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		fmt.Println(string(answer))
	}
}

func decodeRequest(data []byte) ([]byte, error) {
	var request ttrpc.Request
	if err := proto.Unmarshal(data, &request); err != nil {
		return nil, err
	}
	metadata := [][2]string{}
	for _, entry := range request.Metadata {
		metadata = append(metadata, [2]string{entry.Key, entry.Value})
	}
	return json.Marshal(map[string]interface{}{
		"service": request.Service, "method": request.Method, "payload": hex.EncodeToString(request.Payload),
		"timeoutNano": request.TimeoutNano, "metadata": metadata,
	})
}

func decodeResponse(data []byte) ([]byte, error) {
	var response ttrpc.Response
	if err := proto.Unmarshal(data, &response); err != nil {
		return nil, err
	}
	details := [][2]string{}
	for _, detail := range response.Status.GetDetails() {
		details = append(details, [2]string{detail.TypeUrl, hex.EncodeToString(detail.Value)})
	}
	return json.Marshal(map[string]interface{}{
		"code": response.Status.GetCode(), "message": response.Status.GetMessage(), "details": details,
		"payload": hex.EncodeToString(response.Payload),
	})
}

func call(socket, id string, options []string) {
	ctx := context.Background()
	if len(options) > 0 && options[0] != "0" {
		ms, err := strconv.Atoi(options[0])
		must(err)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
		defer cancel()
	}
	metadata := ttrpc.MD{}
	for _, option := range options[min(1, len(options)):] {
		key, value, _ := strings.Cut(option, "=")
		metadata.Append(key, value)
	}
	if len(metadata) > 0 {
		ctx = ttrpc.WithMetadata(ctx, metadata)
	}
	// An id such as x*5000000 stands for that many of the letter.
	if letter, times, ok := strings.Cut(id, "*"); ok {
		number, err := strconv.Atoi(times)
		must(err)
		id = strings.Repeat(letter, number)
	}
	response, err := connect(socket).State(ctx, &shimapi.StateRequest{ID: id})
	if err != nil {
		found, _ := status.FromError(err)
		fmt.Printf("%s: %s\n", found.Code(), found.Message())
		return
	}
	fmt.Printf("OK: %s %d\n", response.ID, len(response.Stdout))
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
