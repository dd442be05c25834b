// SPDX-License-Identifier: GPL-2.0-only

// What a program in Go gets of cilium/ebpf, a line for each thing: its name and what came of
// it. No libc, no file of another process, no argument.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/perf"
	"github.com/cilium/ebpf/ringbuf"
)

const calls = 10

// The function behind getppid(2), whatever this kernel calls it.
func getppidFunc() string {
	f, err := os.Open("/proc/kallsyms")
	if err != nil {
		return ""
	}
	defer f.Close()
	names := map[string]bool{"__x64_sys_getppid": true, "sys_getppid": true}
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) > 2 && names[fields[2]] && strings.EqualFold(fields[1], "t") {
			return fields[2]
		}
	}
	return ""
}

// Counts in element 0 what this process does: others call getppid(2), too.
func countInsns(m *ebpf.Map, result int32) asm.Instructions {
	return asm.Instructions{
		asm.FnGetCurrentPidTgid.Call(),
		asm.RSh.Imm(asm.R0, 32),
		asm.JNE.Imm(asm.R0, int32(os.Getpid()), "out"),
		asm.StoreImm(asm.RFP, -4, 0, asm.Word),
		asm.LoadMapPtr(asm.R1, m.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, -4),
		asm.FnMapLookupElem.Call(),
		asm.JEq.Imm(asm.R0, 0, "out"),
		asm.Mov.Imm(asm.R1, 1),
		asm.StoreXAdd(asm.R0, asm.R1, asm.DWord),
		asm.Mov.Imm(asm.R0, result).WithSymbol("out"),
		asm.Return(),
	}
}

func counter() (*ebpf.Map, error) {
	return ebpf.NewMap(&ebpf.MapSpec{Name: "counter", Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1})
}

func hit() {
	for i := 0; i < calls; i++ {
		syscall.Getppid()
		target()
	}
}

// Its beginning runs once a call: no stack is grown there.
//
//go:noinline
//go:nosplit
func target() {
	sink++
}

var sink uint64

// A program that counts, attached by attach, and what it counted.
func counted(spec ebpf.ProgramSpec, attach func(*ebpf.Program) (link.Link, error)) (string, error) {
	m, err := counter()
	if err != nil {
		return "", err
	}
	defer m.Close()
	spec.Instructions = countInsns(m, 0)
	spec.License = "GPL"
	p, err := ebpf.NewProgram(&spec)
	if err != nil {
		return "", err
	}
	defer p.Close()
	l, err := attach(p)
	if err != nil {
		return "", err
	}
	hit()
	l.Close()
	syscall.Getppid()
	var n uint64
	if err := m.Lookup(uint32(0), &n); err != nil {
		return "", err
	}
	return fmt.Sprint(n), nil
}

func batch() (string, error) {
	m, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Hash, KeySize: 4, ValueSize: 8, MaxEntries: 64})
	if err != nil {
		return "", err
	}
	defer m.Close()
	keys, values := make([]uint32, 32), make([]uint64, 32)
	for i := range keys {
		keys[i], values[i] = uint32(i), uint64(i*i)
	}
	set, err := m.BatchUpdate(keys, values, nil)
	if err != nil {
		return "", err
	}
	var cursor ebpf.MapBatchCursor
	gotKeys, gotValues := make([]uint32, 64), make([]uint64, 64)
	got, err := m.BatchLookup(&cursor, gotKeys, gotValues, nil)
	if err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
		return "", err
	}
	sum := uint64(0)
	for i := 0; i < got; i++ {
		if gotValues[i] == uint64(gotKeys[i])*uint64(gotKeys[i]) {
			sum++
		}
	}
	gone, err := m.BatchDelete(keys[:16], nil)
	return fmt.Sprintf("%d set, %d got, %d right, %d deleted", set, got, sum, gone), err
}

func pinned() (string, error) {
	dir, err := os.MkdirTemp("", "static")
	if err != nil {
		return "", err
	}
	defer os.Remove(dir)
	if err := syscall.Mount("bpf", dir, "bpf", 0, ""); err != nil {
		return "", fmt.Errorf("mount: %w", err)
	}
	defer syscall.Unmount(dir, 0)
	m, err := counter()
	if err != nil {
		return "", err
	}
	defer m.Close()
	if err := m.Put(uint32(0), uint64(42)); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "map")
	if err := m.Pin(path); err != nil {
		return "", err
	}
	again, err := ebpf.LoadPinnedMap(path, nil)
	if err != nil {
		return "", err
	}
	defer again.Close()
	var n uint64
	err = again.Lookup(uint32(0), &n)
	return fmt.Sprint(n), err
}

// Eight bytes to a reader at each call.
func sendInsns(m *ebpf.Map, ring bool) asm.Instructions {
	insns := asm.Instructions{
		asm.Mov.Reg(asm.R6, asm.R1),
		asm.FnGetCurrentPidTgid.Call(),
		asm.RSh.Imm(asm.R0, 32),
		asm.JNE.Imm(asm.R0, int32(os.Getpid()), "out"),
		asm.Mov.Imm(asm.R1, 7),
		asm.StoreMem(asm.RFP, -8, asm.R1, asm.DWord),
	}
	if ring {
		insns = append(insns,
			asm.LoadMapPtr(asm.R1, m.FD()),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -8),
			asm.Mov.Imm(asm.R3, 8),
			asm.Mov.Imm(asm.R4, 0),
			asm.FnRingbufOutput.Call())
	} else {
		insns = append(insns,
			asm.Mov.Reg(asm.R1, asm.R6),
			asm.LoadMapPtr(asm.R2, m.FD()),
			asm.LoadImm(asm.R3, 0xffffffff, asm.DWord),
			asm.Mov.Reg(asm.R4, asm.RFP),
			asm.Add.Imm(asm.R4, -8),
			asm.Mov.Imm(asm.R5, 8),
			asm.FnPerfEventOutput.Call())
	}
	return append(insns, asm.Mov.Imm(asm.R0, 0).WithSymbol("out"), asm.Return())
}

func sent(spec ebpf.MapSpec, fn string, open func(*ebpf.Map) (func() error, func(), error)) (string, error) {
	m, err := ebpf.NewMap(&spec)
	if err != nil {
		return "", err
	}
	defer m.Close()
	read, shut, err := open(m)
	if err != nil {
		return "", err
	}
	defer shut()
	p, err := ebpf.NewProgram(&ebpf.ProgramSpec{Type: ebpf.Kprobe, License: "GPL",
		Instructions: sendInsns(m, spec.Type == ebpf.RingBuf)})
	if err != nil {
		return "", err
	}
	defer p.Close()
	l, err := link.Kprobe(fn, p, nil)
	if err != nil {
		return "", err
	}
	hit()
	l.Close()
	n := 0
	for read() == nil {
		n++
	}
	return fmt.Sprint(n), nil
}

const patience = 2 * time.Second

func perfReader(fn string) (string, error) {
	return sent(ebpf.MapSpec{Type: ebpf.PerfEventArray}, fn, func(m *ebpf.Map) (func() error, func(), error) {
		r, err := perf.NewReader(m, 4096)
		if err != nil {
			return nil, nil, err
		}
		r.SetDeadline(time.Now().Add(patience))
		return func() error { _, err := r.Read(); return err }, func() { r.Close() }, nil
	})
}

func ringReader(fn string) (string, error) {
	return sent(ebpf.MapSpec{Type: ebpf.RingBuf, MaxEntries: 4096}, fn, func(m *ebpf.Map) (func() error, func(), error) {
		r, err := ringbuf.NewReader(m)
		if err != nil {
			return nil, nil, err
		}
		r.SetDeadline(time.Now().Add(patience))
		return func() error { _, err := r.Read(); return err }, func() { r.Close() }, nil
	})
}

// One line for each task is written; that there are some is all that can be compared.
func taskIter() (string, error) {
	p, err := ebpf.NewProgram(&ebpf.ProgramSpec{Type: ebpf.Tracing, AttachType: ebpf.AttachTraceIter,
		AttachTo: "task", License: "GPL", Instructions: asm.Instructions{
			asm.LoadMem(asm.R1, asm.R1, 0, asm.DWord),
			asm.LoadMem(asm.R1, asm.R1, 0, asm.DWord),
			asm.Mov.Imm(asm.R3, 'x'),
			asm.StoreMem(asm.RFP, -8, asm.R3, asm.DWord),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -8),
			asm.Mov.Imm(asm.R3, 1),
			asm.FnSeqWrite.Call(),
			asm.Mov.Imm(asm.R0, 0),
			asm.Return(),
		}})
	if err != nil {
		return "", err
	}
	defer p.Close()
	it, err := link.AttachIter(link.IterOptions{Program: p})
	if err != nil {
		return "", err
	}
	defer it.Close()
	r, err := it.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	buf := make([]byte, 4096)
	n, err := r.Read(buf)
	if err != nil || n < 2 || strings.Trim(string(buf[:n]), "x") != "" {
		return "", fmt.Errorf("%d bytes, %v", n, err)
	}
	return "some", nil
}

func main() {
	fn := getppidFunc()
	tracing := func(at ebpf.AttachType) (string, error) {
		return counted(ebpf.ProgramSpec{Type: ebpf.Tracing, AttachType: at, AttachTo: fn},
			func(p *ebpf.Program) (link.Link, error) { return link.AttachTracing(link.TracingOptions{Program: p}) })
	}
	uprobe := func() (string, error) {
		return counted(ebpf.ProgramSpec{Type: ebpf.Kprobe}, func(p *ebpf.Program) (link.Link, error) {
			ex, err := link.OpenExecutable("/proc/self/exe")
			if err != nil {
				return nil, err
			}
			return ex.Uprobe("main.target", p, nil)
		})
	}
	for _, row := range []struct {
		name string
		run  func() (string, error)
	}{
		{"kprobe", func() (string, error) {
			return counted(ebpf.ProgramSpec{Type: ebpf.Kprobe},
				func(p *ebpf.Program) (link.Link, error) { return link.Kprobe(fn, p, nil) })
		}},
		{"kretprobe", func() (string, error) {
			return counted(ebpf.ProgramSpec{Type: ebpf.Kprobe},
				func(p *ebpf.Program) (link.Link, error) { return link.Kretprobe(fn, p, nil) })
		}},
		{"kprobe_multi", func() (string, error) {
			return counted(ebpf.ProgramSpec{Type: ebpf.Kprobe, AttachType: ebpf.AttachTraceKprobeMulti},
				func(p *ebpf.Program) (link.Link, error) {
					return link.KprobeMulti(p, link.KprobeMultiOptions{Symbols: []string{fn}})
				})
		}},
		{"tracepoint", func() (string, error) {
			return counted(ebpf.ProgramSpec{Type: ebpf.TracePoint}, func(p *ebpf.Program) (link.Link, error) {
				return link.Tracepoint("syscalls", "sys_enter_getppid", p, nil)
			})
		}},
		{"raw_tracepoint", func() (string, error) {
			n, err := counted(ebpf.ProgramSpec{Type: ebpf.RawTracepoint},
				func(p *ebpf.Program) (link.Link, error) {
					return link.AttachRawTracepoint(link.RawTracepointOptions{Name: "sys_enter", Program: p})
				})
			// The runtime makes calls of its own.
			if err == nil && len(n) >= 2 {
				n = "10 or more"
			}
			return n, err
		}},
		{"uprobe", uprobe},
		{"fentry", func() (string, error) { return tracing(ebpf.AttachTraceFEntry) }},
		{"fexit", func() (string, error) { return tracing(ebpf.AttachTraceFExit) }},
		{"perf_reader", func() (string, error) { return perfReader(fn) }},
		{"ringbuf_reader", func() (string, error) { return ringReader(fn) }},
		{"batch", batch},
		{"pin", pinned},
		{"iter_task", taskIter},
	} {
		result, err := row.run()
		if err != nil {
			result = "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Printf("%s: %s\n", row.name, result)
	}
}
