// Reads questions about events from stdin, as JSON, and prints what containerd's own exchange and filters, and Go's
// regular expressions, answer.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"regexp"
	"time"

	_ "github.com/containerd/containerd/api/events" // registers the types of events
	"github.com/containerd/containerd/events"
	"github.com/containerd/containerd/events/exchange"
	"github.com/containerd/containerd/filters"
	"github.com/containerd/containerd/log"
	"github.com/gogo/protobuf/types"
)

type questions struct {
	Names     []string   `json:"names"`
	Envelopes []envelope `json:"envelopes"`
	Filters   [][]string `json:"filters"`
	Patterns  []string   `json:"patterns"`
	Texts     []string   `json:"texts"`
}

type envelope struct {
	Namespace string `json:"namespace"`
	Topic     string `json:"topic"`
	TypeURL   string `json:"typeUrl"`
	Value     []byte `json:"value"`
}

// answers has one entry for each question.
type answers struct {
	// Whether a name is a namespace, and whether it is a topic.
	Namespaces []bool `json:"namespaces"`
	Topics     []bool `json:"topics"`
	// The envelopes a subscriber gets, by their index, or where in its bytes the first bad filter is bad.
	Filters []subscribed `json:"filters"`
	// The texts that have a match, by their index; null when the pattern is bad.
	Patterns [][]int `json:"patterns"`
}

type subscribed struct {
	Matches []int `json:"matches,omitempty"`
	Failed  *int  `json:"failed,omitempty"`
	Offset  int   `json:"offset"`
}

const (
	sentinelTopic  = "/sentinel"
	sentinelFilter = `topic=="` + sentinelTopic + `"`
)

func main() {
	var asked questions
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	log.L.Logger.SetOutput(io.Discard)
	check(json.NewEncoder(os.Stdout).Encode(answer(asked)))
}

func answer(asked questions) (given answers) {
	for _, name := range asked.Names {
		given.Namespaces = append(given.Namespaces, forwards(name, "/ok"))
		given.Topics = append(given.Topics, forwards("ok", name))
	}
	for _, fs := range asked.Filters {
		given.Filters = append(given.Filters, subscribe(fs, asked.Envelopes))
	}
	for _, pattern := range asked.Patterns {
		given.Patterns = append(given.Patterns, match(pattern, asked.Texts))
	}
	return given
}

func forwards(namespace, topic string) bool {
	return exchange.NewExchange().Forward(context.Background(), makeEnvelope(0, namespace, topic, "", nil)) == nil
}

// subscribe passes the envelopes through an exchange, and then one more, after which no other can come.
func subscribe(fs []string, envelopes []envelope) subscribed {
	for index, filter := range fs {
		if _, err := filters.Parse(filter); err != nil {
			return subscribed{Failed: &index, Offset: offsetOf(err)}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if len(fs) > 0 {
		fs = append(append([]string{}, fs...), sentinelFilter)
	}
	x := exchange.NewExchange()
	ch, errs := x.Subscribe(ctx, fs...)
	for index, one := range envelopes {
		check(x.Forward(ctx, makeEnvelope(index, one.Namespace, one.Topic, one.TypeURL, one.Value)))
	}
	check(x.Forward(ctx, makeEnvelope(0, "sentinel", sentinelTopic, "", nil)))
	matches := []int{}
	for {
		select {
		case env := <-ch:
			if env.Topic == sentinelTopic {
				return subscribed{Matches: matches}
			}
			matches = append(matches, env.Timestamp.Nanosecond())
		case err := <-errs:
			panic(err)
		}
	}
}

// makeEnvelope notes the index in the time.
func makeEnvelope(index int, namespace, topic, typeURL string, value []byte) *events.Envelope {
	return &events.Envelope{
		Timestamp: time.Unix(1, int64(index)), Namespace: namespace, Topic: topic,
		Event: &types.Any{TypeUrl: typeURL, Value: value},
	}
}

// offsetOf reads the field `pos` of the innermost error, whose type is not exported.
func offsetOf(err error) int {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return int(reflect.ValueOf(err).FieldByName("pos").Int())
}

func match(pattern string, texts []string) []int {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	matches := []int{}
	for index, text := range texts {
		if compiled.MatchString(text) {
			matches = append(matches, index)
		}
	}
	return matches
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
