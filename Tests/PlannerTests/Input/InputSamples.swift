@testable import Planner

/// Inputs as tools write them, by hand in their style.
enum InputSamples {
    /// `kubectl get nodes,pods -A -o json`: keys in rising order, so that the items come before the list's kind.
    static let kubectlJSON = """
        {
            "apiVersion": "v1",
            "items": [
                {
                    "apiVersion": "v1",
                    "kind": "Node",
                    "metadata": {
                        "annotations": {
                            "node.alpha.kubernetes.io/ttl": "0"
                        },
                        "creationTimestamp": "2026-03-02T08:11:30Z",
                        "labels": {
                            "eks.amazonaws.com/nodegroup": "general",
                            "kubernetes.io/hostname": "ip-10-0-1-20.ec2.internal",
                            "node.kubernetes.io/instance-type": "m5.large",
                            "topology.kubernetes.io/zone": "us-east-1a"
                        },
                        "name": "ip-10-0-1-20.ec2.internal"
                    },
                    "spec": {
                        "providerID": "aws:///us-east-1a/i-0aaaaaaaaaaaaaaaa",
                        "taints": [
                            {
                                "effect": "NoSchedule",
                                "key": "dedicated",
                                "value": "web"
                            }
                        ],
                        "unschedulable": true
                    },
                    "status": {
                        "allocatable": {
                            "cpu": "1930m",
                            "ephemeral-storage": "18242267924",
                            "hugepages-2Mi": "0",
                            "memory": "7244720Ki",
                            "pods": "29"
                        },
                        "phase": "Running"
                    }
                },
                {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {
                        "labels": {
                            "app": "web",
                            "pod-template-hash": "5d9c7b8f6d"
                        },
                        "name": "web-5d9c7b8f6d-x2x7k",
                        "namespace": "shop",
                        "ownerReferences": [
                            {
                                "apiVersion": "apps/v1",
                                "blockOwnerDeletion": true,
                                "controller": true,
                                "kind": "ReplicaSet",
                                "name": "web-5d9c7b8f6d",
                                "uid": "c4a1"
                            }
                        ]
                    },
                    "spec": {
                        "containers": [
                            {
                                "image": "web:1",
                                "name": "web",
                                "resources": {
                                    "limits": {
                                        "memory": "256Mi"
                                    },
                                    "requests": {
                                        "cpu": "250m",
                                        "memory": "128Mi"
                                    }
                                }
                            }
                        ],
                        "nodeName": "ip-10-0-1-20.ec2.internal"
                    },
                    "status": {
                        "phase": "Running"
                    }
                }
            ],
            "kind": "List",
            "metadata": {
                "resourceVersion": ""
            }
        }

        """

    /// `kubectl get deployments,replicasets,hpa,services -A -o yaml`.
    static let kubectlYAML = """
        apiVersion: v1
        items:
        - apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: web
            namespace: shop
          spec:
            replicas: 3
            selector:
              matchLabels:
                app: web
            strategy:
              rollingUpdate:
                maxSurge: 1
                maxUnavailable: 10%
              type: RollingUpdate
            template:
              metadata:
                annotations:
                  note: |
                    items:
                    - this is text
                labels:
                  app: web
              spec:
                containers:
                - image: web:1
                  name: web
                  resources:
                    requests:
                      cpu: 250m
                      memory: 128Mi
        - apiVersion: apps/v1
          kind: ReplicaSet
          metadata:
            name: web-5d9c7b8f6d
            namespace: shop
            ownerReferences:
            - apiVersion: apps/v1
              controller: true
              kind: Deployment
              name: web
          spec:
            replicas: 3
            template:
              spec:
                containers:
                - name: web
        - apiVersion: autoscaling/v2
          kind: HorizontalPodAutoscaler
          metadata:
            name: web
            namespace: shop
          spec:
            maxReplicas: 12
            minReplicas: 3
            scaleTargetRef:
              apiVersion: apps/v1
              kind: Deployment
              name: web
        - apiVersion: v1
          kind: Service
          metadata:
            name: web
            namespace: shop
        kind: List
        metadata:
          resourceVersion: ""

        """

    /// `helm template`: a comment with the source before each object, and empty documents.
    static let helm = """
        ---
        # Source: cache/templates/serviceaccount.yaml
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: cache
        ---
        # Source: cache/templates/empty.yaml
        ---
        # Source: cache/templates/statefulset.yaml
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: cache
          labels: {app.kubernetes.io/name: cache, "helm.sh/chart": "cache-1.2.0"}
        spec:
          serviceName: cache
          replicas: 2
          template:
            metadata:
              labels:
                app.kubernetes.io/name: cache
            spec:
              containers:
                - name: cache
                  image: "cache:7"
                  ports:
                    - containerPort: 6379
                  resources:
                    requests: {cpu: 0.5, memory: 1Gi}

        """

    /// `kustomize build`: objects with `---` between them, and none before the first.
    static let kustomize = """
        apiVersion: example.com/v1
        kind: Widget
        metadata:
          name: a
        ---
        apiVersion: example.com/v1
        kind: Widget
        metadata:
          name: b
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: report
          namespace: batch
        spec:
          schedule: "@daily"
          jobTemplate:
            spec:
              parallelism: 4
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - name: report
                    image: report:1

        """

    /// The text in chunks of a size, as a reader gets them.
    static func text(_ text: String, name: String = "in", chunk: Int) -> InputText {
        var rest = Array(text.utf8)[...]
        return InputText(name: name) { () throws(InputProblem) in
            let next = Array(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
            return next
        }
    }

    /// What the reader finds in a text: the objects, each with its place, and the problems.
    static func read(_ text: String, chunk: Int = 1 << 18) -> (objects: [Manifest], problems: [String]) {
        let found = Found()
        var problems: [String] = []
        ManifestReader.read(InputSamples.text(text, chunk: chunk)) {
            found.objects.append($0)
        } report: {
            problems.append($0.description)
        }
        return (found.objects, problems)
    }

    private final class Found {
        var objects: [Manifest] = []
    }
}
