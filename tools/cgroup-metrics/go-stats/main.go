// Prints, as JSON, what containerd's own library reads from cgroups; our tests compare what we read with it.
//
//	go-stats 1 ROOT CGROUP    of the hierarchies of version 1 below ROOT, such as ROOT/memory
//	go-stats 2 ROOT CGROUP    of the hierarchy of version 2 that is ROOT
package main

import (
	"encoding/json"
	"os"

	"github.com/containerd/cgroups"
	cgroupsv2 "github.com/containerd/cgroups/v2"
)

func main() {
	version, root, cgroup := os.Args[1], os.Args[2], os.Args[3]
	if version == "1" {
		hierarchy := func() ([]cgroups.Subsystem, error) {
			return []cgroups.Subsystem{
				cgroups.NewCpu(root), cgroups.NewCpuacct(root), cgroups.NewMemory(root), cgroups.NewPids(root),
				cgroups.NewBlkio(root), cgroups.NewRdma(root),
			}, nil
		}
		loaded, err := cgroups.Load(hierarchy, cgroups.StaticPath(cgroup))
		check(err)
		stats, err := loaded.Stat(cgroups.IgnoreNotExist)
		check(err)
		check(json.NewEncoder(os.Stdout).Encode(stats))
		return
	}
	manager, err := cgroupsv2.LoadManager(root, cgroup)
	check(err)
	stats, err := manager.Stat()
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(stats))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
