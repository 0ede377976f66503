// Prints, as JSON, what containerd and the Go standard library answer to many inputs; our tests compare
// our answers with these. The argument names the package they are for.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	_ "unsafe" // for go:linkname

	"github.com/containerd/containerd/identifiers"
	_ "github.com/containerd/containerd/runtime/v1/linux"
	_ "github.com/containerd/containerd/runtime/v1/shim/client"
)

// bundle has the layout of the unexported type whose methods are linked below.
type bundle struct{ id, path, workDir string }

//go:linkname shimAddress github.com/containerd/containerd/runtime/v1/linux.(*bundle).shimAddress
func shimAddress(b *bundle, namespace, socketPath string) string

//go:linkname legacyShimAddress github.com/containerd/containerd/runtime/v1/linux.(*bundle).legacyShimAddress
func legacyShimAddress(b *bundle, namespace string) string

//go:linkname loadAddress github.com/containerd/containerd/runtime/v1/linux.(*bundle).loadAddress
func loadAddress(b *bundle) (string, error)

//go:linkname decideShimAddress github.com/containerd/containerd/runtime/v1/linux.(*bundle).decideShimAddress
func decideShimAddress(b *bundle, namespace string) string

//go:linkname remappedGID github.com/containerd/containerd/runtime/v1/linux.remappedGID
func remappedGID(spec []byte) (uint32, error)

//go:linkname socketPath github.com/containerd/containerd/runtime/v1/shim/client.socket.path
func socketPath(address string) string

type object map[string]interface{}

// vector is what went in, and what came out.
type vector []interface{}

func main() {
	sections := map[string]func() object{"shim-address": addressVectors, "bundle-core": bundleVectors}
	if len(os.Args) != 2 || sections[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: golden-vectors shim-address|bundle-core")
		os.Exit(2)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(sections[os.Args[1]]()); err != nil {
		panic(err)
	}
}

// Parts of paths with every corner that cleaning has.
var parts = []string{
	"", ".", "..", "/", "//", "web", "a.b", "...", "..a", ".a", "a..", "a/", "/a", "a//b", "a/./b", "a/../b",
	"a/../..", "../a", "./", "/..", "/../a", "a/b/../../..", " ", "a b", "é", "日本/語", "e\u0301", "🐋", "a\\b", "a\nb",
}

func addressVectors() object {
	return object{
		"clean":   cleanVectors(),
		"join":    joinVectors(),
		"address": shimVectors(),
		"socket":  socketVectors(),
		"record":  recordVectors(),
	}
}

func cleanVectors() (vectors []vector) {
	for _, path := range append([]string{"a/b/./..//../c/", "///", "//a", "a/.../b"}, parts...) {
		vectors = append(vectors, vector{path, filepath.Clean(path)})
	}
	return vectors
}

func joinVectors() (vectors []vector) {
	for _, first := range parts {
		for _, second := range parts {
			vectors = append(vectors, vector{[]string{first, second}, filepath.Join(first, second)})
		}
	}
	for _, all := range [][]string{{}, {""}, {"", "", ""}, {"", "a", "", "b", ""}, {"/", "", "a", "..", "..", "b"}} {
		vectors = append(vectors, vector{all, filepath.Join(all...)})
	}
	return vectors
}

func shimVectors() (vectors []object) {
	const daemon = "/run/containerd/containerd.sock"
	for _, id := range append([]string{strings.Repeat("0123456789abcdef", 4), strings.Repeat("x", 300)}, parts...) {
		vectors = append(vectors, shimVector(daemon, "moby", id))
	}
	for _, daemon := range []string{"", daemon, "/run//containerd/./containerd.sock/", "\\\\.\\pipe\\x"} {
		for _, namespace := range []string{"", "k8s.io", "..", "a/b", "Ünïcode"} {
			vectors = append(vectors, shimVector(daemon, namespace, "web"))
		}
	}
	return vectors
}

func shimVector(daemonAddress, namespace, id string) object {
	b := &bundle{id: id}
	return object{
		"daemonAddress": daemonAddress, "namespace": namespace, "id": id,
		"address": shimAddress(b, namespace, daemonAddress), "legacy": legacyShimAddress(b, namespace),
	}
}

func socketVectors() (vectors []vector) {
	addresses := []string{
		"unix:///run/containerd/s/0123", "unix:///run/x y/é.sock", "unix:////double//slash",
		"/containerd-shim/moby/web/shim.sock", "name", "näme/日本",
	}
	for _, address := range addresses {
		vectors = append(vectors, vector{address, socketPath(address)})
	}
	return vectors
}

func recordVectors() []object {
	recorded, legacy := "unix:///run/containerd/s/0123", "/containerd-shim/ns/web/shim.sock"
	return []object{recordVector(&recorded), recordVector(&legacy), recordVector(nil)}
}

func recordVector(content *string) object {
	directory, err := os.MkdirTemp("", "golden-vectors-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	if content != nil {
		if err := os.WriteFile(filepath.Join(directory, "address"), []byte(*content), 0600); err != nil {
			panic(err)
		}
	}
	b := &bundle{id: "web", path: directory}
	vector := object{"content": content, "namespace": "ns", "id": "web", "decided": decideShimAddress(b, "ns")}
	if loaded, err := loadAddress(b); err == nil {
		vector["loaded"] = loaded
	}
	return vector
}

func bundleVectors() object {
	return object{"identifiers": identifierVectors(), "mappedGroups": groupVectors()}
}

func identifierVectors() (vectors []vector) {
	names := append([]string{
		"a", "A9", "a-b", "a_b", "a--b", "a-", "-a", "_a", "a_", "a.b.c", "a.-b", "a\n", "a\x00", "default", "k8s.io", "ａ",
		"é", strings.Repeat("a", 76), strings.Repeat("a", 77), strings.Repeat("a.", 38), strings.Repeat("a-b", 25),
		strings.Repeat("é", 40), "con", "a:b", "a@b", "a+b", "%61", "0",
	}, parts...)
	for _, name := range names {
		vectors = append(vectors, vector{name, identifiers.Validate(name) == nil})
	}
	return vectors
}

func groupVectors() (vectors []vector) {
	specs := []string{
		`{}`, `{"linux":null}`, `{"linux":{}}`, `{"linux":{"gidMappings":null}}`, `{"linux":{"gidMappings":[]}}`,
		`{"linux":{"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]}}`,
		`{"linux":{"gidMappings":[{"containerID":1,"hostID":100000,"size":65536}]}}`,
		`{"linux":{"gidMappings":[{"containerID":1,"hostID":5,"size":1},{"containerID":0,"hostID":4294967294,"size":1}]}}`,
		`{"linux":{"uidMappings":[{"containerID":0,"hostID":7,"size":1}]}}`,
		`{"linux":{"gidMappings":[{"containerID":0,"hostID":-1,"size":1}]}}`,
		`{"linux":{"gidMappings":[{"containerID":0,"hostID":4294967296,"size":1}]}}`,
		`{"linux":{"gidMappings":[{"containerID":0,"hostID":1.5,"size":1}]}}`,
		`{"linux":{"gidMappings":[{"containerID":0,"hostID":"1","size":1}]}}`,
		`{"linux":{"gidMappings":{}}}`, `{"linux":[]}`, `{"linux":7}`, `[]`, `7`, `"spec"`,
	}
	for _, spec := range specs {
		if gid, err := remappedGID([]byte(spec)); err == nil {
			vectors = append(vectors, vector{spec, gid})
		} else {
			vectors = append(vectors, vector{spec, nil})
		}
	}
	return vectors
}
