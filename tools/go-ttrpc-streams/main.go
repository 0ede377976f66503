// The Go side of ttrpc's streams, on containerd's own implementation, version 1.2 or later:
//
//	go-ttrpc-streams server SOCKET               serves example.Streams until its stdin ends
//	go-ttrpc-streams call SOCKET METHOD TEXT…    makes one call of it, and prints what comes
//
// All messages are google.protobuf.StringValue.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const serviceName = "example.Streams"

func main() {
	switch os.Args[1] {
	case "server":
		serve(os.Args[2])
	case "call":
		call(os.Args[2], os.Args[3], os.Args[4:])
	}
}

func serve(socket string) {
	listener, err := net.Listen("unix", socket)
	must(err)
	server, err := ttrpc.NewServer()
	must(err)
	server.RegisterService(serviceName, &ttrpc.ServiceDesc{
		Methods: map[string]ttrpc.Method{"Say": say},
		Streams: map[string]ttrpc.Stream{
			"Join":  {Handler: join, StreamingClient: true},
			"Count": {Handler: count, StreamingServer: true},
			"Echo":  {Handler: echo, StreamingClient: true, StreamingServer: true},
		},
	})
	go server.Serve(context.Background(), listener)
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	server.Close()
}

func say(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request wrapperspb.StringValue
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return wrapperspb.String(request.Value), nil
}

// join answers with all texts, a comma between them; the text "stop" ends it before the client does.
func join(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	var texts []string
	for {
		var request wrapperspb.StringValue
		err := stream.RecvMsg(&request)
		if errors.Is(err, io.EOF) || request.Value == "stop" {
			return wrapperspb.String(strings.Join(texts, ",")), nil
		}
		if err != nil {
			return nil, err
		}
		texts = append(texts, request.Value)
	}
}

// count sends as many texts as the request says, or fails after them where a status code follows: "3:5".
func count(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	var request wrapperspb.StringValue
	if err := stream.RecvMsg(&request); err != nil {
		return nil, err
	}
	most, code, fails := strings.Cut(request.Value, ":")
	number, _ := strconv.Atoi(most)
	for i := 1; i <= number; i++ {
		if err := stream.SendMsg(wrapperspb.String(strconv.Itoa(i))); err != nil {
			return nil, err
		}
	}
	if fails {
		number, _ := strconv.Atoi(code)
		return nil, status.Error(codes.Code(number), "no more than "+most)
	}
	return nil, nil
}

// echo sends each text back; the text "stop" ends it before the client does, the text "fail" makes it fail.
func echo(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	for {
		var request wrapperspb.StringValue
		err := stream.RecvMsg(&request)
		if errors.Is(err, io.EOF) || request.Value == "stop" {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if request.Value == "fail" {
			return nil, status.Error(codes.FailedPrecondition, "asked to")
		}
		if err := stream.SendMsg(&request); err != nil {
			return nil, err
		}
	}
}

func call(socket, method string, texts []string) {
	conn, err := net.Dial("unix", socket)
	must(err)
	client := ttrpc.NewClient(conn)
	defer client.Close()
	if method == "Say" {
		var response wrapperspb.StringValue
		show(&response, client.Call(context.Background(), serviceName, method, wrapperspb.String(texts[0]), &response))
		return
	}
	desc := &ttrpc.StreamDesc{StreamingClient: method != "Count", StreamingServer: method != "Join"}
	var request interface{}
	if !desc.StreamingClient {
		request = wrapperspb.String(texts[0])
	}
	stream, err := client.NewStream(context.Background(), desc, serviceName, method, request)
	must(err)
	if method == "Join" {
		send(stream, texts)
		must(stream.CloseSend())
		var response wrapperspb.StringValue
		show(&response, stream.RecvMsg(&response))
		return
	}
	for _, text := range texts {
		if desc.StreamingClient {
			// One after the other, so that what is said is the same each time.
			send(stream, []string{text})
			if !receive(stream) {
				return
			}
		}
	}
	if desc.StreamingClient {
		must(stream.CloseSend())
	}
	for receive(stream) {
	}
}

func send(stream ttrpc.ClientStream, texts []string) {
	for _, text := range texts {
		must(stream.SendMsg(wrapperspb.String(text)))
	}
}

func receive(stream ttrpc.ClientStream) bool {
	var response wrapperspb.StringValue
	return show(&response, stream.RecvMsg(&response))
}

// show prints what came: a text, the end, or a status.
func show(response *wrapperspb.StringValue, err error) bool {
	if errors.Is(err, io.EOF) {
		fmt.Println("end")
		return false
	}
	if err != nil {
		found, _ := status.FromError(err)
		fmt.Printf("%s: %s\n", found.Code(), found.Message())
		return false
	}
	fmt.Printf("text: %s\n", response.Value)
	return true
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
