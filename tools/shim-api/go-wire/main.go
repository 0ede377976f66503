// Reads and writes any message of a descriptor set, the way Google's Go library does: our tests compare ours with it.
//
//	go-wire SET < LINES
//
// SET is a file with a FileDescriptorSet. Each line is the name of a type, a space and a message in hex; the answer is
// the message that Go writes of it, in hex, without the fields it does not know, or "error: " and why there is none.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	check(err)
	set := &descriptorpb.FileDescriptorSet{}
	check(proto.Unmarshal(data, set))
	files, err := protodesc.NewFiles(set)
	check(err)

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		found, err := files.FindDescriptorByName(protoreflect.FullName(name))
		check(err)
		message, err := hex.DecodeString(text)
		check(err)
		read := dynamicpb.NewMessage(found.(protoreflect.MessageDescriptor))
		if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(message, read); err != nil {
			fmt.Fprintf(out, "error: %v\n", err)
			continue
		}
		written, err := proto.MarshalOptions{Deterministic: true}.Marshal(read)
		check(err)
		fmt.Fprintln(out, hex.EncodeToString(written))
	}
	check(lines.Err())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
