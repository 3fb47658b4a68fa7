"""A third party's eyes and hands on an EC2 API: boto3.

world.py ENDPOINT make              makes a VPC with two subnets and an instance in each, and prints their ids
world.py ENDPOINT show INSTANCE     prints the interfaces that are attached to the instance or bear its tag
world.py ENDPOINT subnets ZONE      prints the subnets of a zone
"""

import json
import sys

import boto3

TAG = "node.k8s.amazonaws.com/instance_id"
endpoint, command, *arguments = sys.argv[1:]
ec2 = boto3.client(
    "ec2", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def make():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    instances = []
    for cidr, zone in [("10.0.0.0/17", "us-east-1a"), ("10.0.128.0/17", "us-east-1b")]:
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        image = ec2.describe_images()["Images"][0]["ImageId"]
        instance = ec2.run_instances(
            ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
        instances.append(
            {"id": instance["InstanceId"], "subnet": subnet, "zone": zone,
             "primary": instance["NetworkInterfaces"][0]["NetworkInterfaceId"]})
    return {"vpc": vpc, "node": instances[0], "other": instances[1]}


def view(interface):
    addresses = interface["PrivateIpAddresses"]
    attachment = interface.get("Attachment")
    return {
        "id": interface["NetworkInterfaceId"],
        "subnet": interface["SubnetId"],
        "mac": interface["MacAddress"],
        "primary": interface["PrivateIpAddress"],
        "secondary": sorted(a["PrivateIpAddress"] for a in addresses if not a["Primary"]),
        "deviceIndex": attachment["DeviceIndex"] if attachment else None,
        "tags": {tag["Key"]: tag["Value"] for tag in interface["TagSet"]},
        "groups": sorted(group["GroupId"] for group in interface["Groups"]),
        "description": interface["Description"],
    }


def show(instance):
    found = {}
    for name in ["attachment.instance-id", "tag:" + TAG]:
        pages = ec2.get_paginator("describe_network_interfaces").paginate(
            Filters=[{"Name": name, "Values": [instance]}])
        for page in pages:
            for interface in page["NetworkInterfaces"]:
                found[interface["NetworkInterfaceId"]] = view(interface)
    return sorted(found.values(), key=lambda interface: interface["id"])


def subnets(zone):
    found = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [zone]}])["Subnets"]
    return [
        {"id": subnet["SubnetId"], "cidr": subnet["CidrBlock"], "vpc": subnet["VpcId"],
         "free": subnet["AvailableIpAddressCount"]} for subnet in found]


print(json.dumps({"make": make, "show": show, "subnets": subnets}[command](*arguments)))
