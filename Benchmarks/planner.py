#!/usr/bin/env python3
"""How long warmpool-plan takes, and how much memory, as clusters grow.

    Benchmarks/planner.py [PATH-OF-WARMPOOL-PLAN]

Three questions, each for 2,500, 5,000 and 10,000 nodes of m5.4xlarge with 30 pods each:
  planned   a plan of nodes, and Deployments
  update    the same, and a rolling update of all Deployments
  dump      what 'kubectl get nodes,pods -A -o json' writes of such a cluster, which is read as well

Prints a table of Markdown: the processor's time of the best of three runs (the program has one thread), and the most
resident memory. The last column is the time for each pod; where it stays the same, the time is linear.
"""

import json
import os
import subprocess
import sys
import tempfile

PODS_PER_NODE = 30
SIZES = (2_500, 5_000, 10_000)
ZONES = ("a", "b", "c")


def plan(nodes):
    subnets = "".join(
        f"  - {{ id: subnet-{zone}-{part}, cidr: 10.{part * 16 + index}.0.0/16, zone: {zone} }}\n"
        for index, zone in enumerate(ZONES)
        for part in range(3)
    )
    return (
        f"groups:\n  - {{ name: workers, instanceType: m5.4xlarge, count: {nodes}, zones: [{', '.join(ZONES)}] }}\n"
        f"subnets:\n{subnets}pool: {{ warmIPTarget: 5 }}\n"
    )


def deployments(nodes, out):
    for number in range(300):
        replicas = nodes * PODS_PER_NODE // 300
        out.write(
            f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: app-{number} }}\n"
            f"spec: {{ replicas: {replicas}, template: {{ spec: {{ containers: [ {{ name: app, resources: "
            f"{{ requests: {{ cpu: 100m, memory: 256Mi }} }} }} ] }} }} }}\n"
        )


def dump(nodes, out):
    out.write('{"apiVersion": "v1", "kind": "List", "items": [')
    for number in range(nodes):
        labels = {
            "node.kubernetes.io/instance-type": "m5.4xlarge",
            "topology.kubernetes.io/zone": ZONES[number % 3],
            "kubernetes.io/hostname": f"n{number}",
            "eks.amazonaws.com/nodegroup": "workers",
        }
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": f"n{number}", "labels": labels},
            "status": {"allocatable": {"cpu": "15890m", "memory": "60Gi", "pods": "234"}},
        }
        out.write(json.dumps(node) + ",")
    requests = {"cpu": "100m", "memory": "256Mi"}
    for number in range(nodes * PODS_PER_NODE):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"p{number}", "namespace": "default", "labels": {"app": f"app-{number % 300}"}},
            "spec": {
                "nodeName": f"n{number % nodes}",
                "containers": [{"name": "app", "image": "app:1", "resources": {"requests": requests}}],
            },
            "status": {"phase": "Running"},
        }
        out.write(json.dumps(pod) + ("]}" if number == nodes * PODS_PER_NODE - 1 else ","))


def run(command):
    """The processor's seconds of the best of three runs, and the most MiB resident."""
    best, memory = float("inf"), 0
    for _ in range(3):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        best = min(best, usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss // 1024)
        if os.waitstatus_to_exitcode(status) not in (0, 3):
            sys.exit(f"{' '.join(command)} failed")
    return best, memory


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "dist/bin/warmpool-plan"
    if not os.access(program, os.X_OK):
        sys.exit(f"{program} is no program: build it with Scripts/build, or name another")
    print("| question | nodes | pods | seconds | MiB resident | µs per pod |\n| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        plan_file, input_file = f"{folder}/plan.yaml", f"{folder}/input"
        for question, write, events in (
            ("planned", deployments, []),
            ("update", deployments, ["--event", "rolling-update=all"]),
            ("dump", dump, []),
        ):
            for nodes in SIZES:
                with open(plan_file, "w") as out:
                    out.write(plan(nodes))
                with open(input_file, "w") as out:
                    write(nodes, out)
                arguments = ["-f", input_file, "--plan", plan_file, *events, "--no-remedies", "-o", "json"]
                seconds, memory = run([program, "cluster", *arguments])
                pods = nodes * PODS_PER_NODE
                print(
                    f"| {question} | {nodes:,} | {pods:,} | {seconds:.1f} | {memory} | {seconds / pods * 1e6:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
