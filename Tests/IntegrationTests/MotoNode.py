"""What a cloud's hypervisor does for an instance of moto, which has none: inside the instance's network namespace, an
interface appears for every ENI that is attached, with its MAC, and goes when it is detached.

MotoNode.py ENDPOINT make             makes a VPC with an instance, prints its id, and follows it until killed
MotoNode.py ENDPOINT show INSTANCE    prints the secondary addresses of each ENI of the instance, as boto3 sees them
"""

import json
import subprocess
import sys
import time

import boto3

endpoint, command, *arguments = sys.argv[1:]
ec2 = boto3.client(
    "ec2", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def attached(instance):
    found = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    return found["NetworkInterfaces"]


def make():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet)
    return instance["Instances"][0]["InstanceId"]


def follow(instance):
    links = {}
    while True:
        present = {eni["MacAddress"]: eni for eni in attached(instance)}
        for mac, eni in present.items():
            if mac in links:
                continue
            index = eni["Attachment"]["DeviceIndex"]
            links[mac] = f"ens{index + 5}"
            ip("link", "add", links[mac], "address", mac, "type", "veth", "peer", "name", f"cable{index}")
            ip("link", "set", f"cable{index}", "up")
            if index == 0:
                ip("address", "add", eni["PrivateIpAddress"] + "/24", "dev", links[mac])
                ip("link", "set", links[mac], "up")
                ip("route", "add", "default", "via", "10.0.0.1", "dev", links[mac])
        for mac in list(links):
            if mac not in present:
                ip("link", "delete", links.pop(mac))
        time.sleep(0.2)


if command == "make":
    instance = make()
    print(instance, flush=True)
    follow(instance)
else:
    print(json.dumps({
        eni["NetworkInterfaceId"]: sorted(a["PrivateIpAddress"] for a in eni["PrivateIpAddresses"] if not a["Primary"])
        for eni in attached(arguments[0])}))
