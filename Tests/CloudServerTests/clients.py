"""What third-party clients make of the cloud server's EC2 API: boto3 and the aws command line interface.

Usage: clients.py STORY ENDPOINT. Each story raises where something is otherwise than in EC2.
"""
import datetime
import json
import os
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

NODE = "i-0000000000000000a"
OLD = "i-0000000000000000b"
SUBNET = "subnet-a"
TINY = "subnet-tiny"
KEY, SECRET = "AKIDEXAMPLE", "example-secret"
ENDPOINT = sys.argv[2]


def client(key=KEY, secret=SECRET, token=None, region="us-east-1"):
    return boto3.client(
        "ec2", endpoint_url=ENDPOINT, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
        aws_session_token=token, config=Config(retries={"total_max_attempts": 1}))


def fails(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError(f"{code} expected, and the call succeeded")


def life():
    """An interface from creation to deletion, with addresses up to the limit."""
    ec2 = client()
    instance = ec2.describe_instances(InstanceIds=[NODE])["Reservations"][0]["Instances"][0]
    assert instance["InstanceType"] == "m5.large" and instance["State"]["Name"] == "running"
    primary = instance["NetworkInterfaces"][0]
    assert primary["Attachment"]["DeviceIndex"] == 0 and instance["PrivateIpAddress"] == primary["PrivateIpAddress"]
    kind = ec2.describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"][0]
    limit = kind["NetworkInfo"]["Ipv4AddressesPerInterface"]
    assert (limit, kind["NetworkInfo"]["MaximumNetworkInterfaces"], kind["Hypervisor"]) == (10, 3, "nitro")

    eni = ec2.create_network_interface(
        SubnetId=SUBNET, Description="pods <&>", Groups=["sg-1"], SecondaryPrivateIpAddressCount=2,
        TagSpecifications=[{"ResourceType": "network-interface", "Tags": [{"Key": "node", "Value": "ä & b"}]}],
    )["NetworkInterface"]
    assert eni["Status"] == "available" and eni["Description"] == "pods <&>", eni
    assert eni["TagSet"] == [{"Key": "node", "Value": "ä & b"}] and eni["Groups"][0]["GroupId"] == "sg-1"
    assert [a["Primary"] for a in eni["PrivateIpAddresses"]] == [True, False, False]
    id = eni["NetworkInterfaceId"]

    attachment = ec2.attach_network_interface(NetworkInterfaceId=id, InstanceId=NODE, DeviceIndex=1)["AttachmentId"]
    ec2.modify_network_interface_attribute(
        NetworkInterfaceId=id, Attachment={"AttachmentId": attachment, "DeleteOnTermination": True})
    ec2.get_waiter("network_interface_available")  # exists for this API version
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[id])["NetworkInterfaces"][0]
    assert shown["Attachment"]["AttachmentId"] == attachment and shown["Attachment"]["DeleteOnTermination"]
    assert shown["Attachment"]["InstanceId"] == NODE and shown["Attachment"]["Status"] == "attached"

    assigned = ec2.assign_private_ip_addresses(NetworkInterfaceId=id, SecondaryPrivateIpAddressCount=limit - 3)
    addresses = [a["PrivateIpAddress"] for a in assigned["AssignedPrivateIpAddresses"]]
    assert len(addresses) == limit - 3 and assigned["NetworkInterfaceId"] == id
    fails("PrivateIpAddressLimitExceeded", ec2.assign_private_ip_addresses, NetworkInterfaceId=id,
          SecondaryPrivateIpAddressCount=1)
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=id, PrivateIpAddresses=addresses[:2])
    fails("InvalidParameterValue", ec2.unassign_private_ip_addresses, NetworkInterfaceId=id,
          PrivateIpAddresses=addresses[:1])
    again = ec2.assign_private_ip_addresses(NetworkInterfaceId=id, PrivateIpAddresses=addresses[:1])
    assert [a["PrivateIpAddress"] for a in again["AssignedPrivateIpAddresses"]] == addresses[:1]

    fails("InvalidNetworkInterface.InUse", ec2.delete_network_interface, NetworkInterfaceId=id)
    ec2.detach_network_interface(AttachmentId=attachment, Force=True)
    ec2.create_tags(Resources=[id], Tags=[{"Key": "later", "Value": "1"}])
    ec2.delete_network_interface(NetworkInterfaceId=id)
    fails("InvalidNetworkInterfaceID.NotFound", ec2.describe_network_interfaces, NetworkInterfaceIds=[id])
    fails("DryRunOperation", ec2.create_network_interface, SubnetId=SUBNET, DryRun=True)


def prefixes():
    """Prefixes up to the last that the subnet has in one piece."""
    ec2 = client()
    id = ec2.create_network_interface(SubnetId=SUBNET, Ipv4PrefixCount=1)["NetworkInterface"]["NetworkInterfaceId"]
    first = ec2.describe_network_interfaces(NetworkInterfaceIds=[id])["NetworkInterfaces"][0]["Ipv4Prefixes"]
    assert first == [{"Ipv4Prefix": "10.0.1.16/28"}], first
    reply = ec2.assign_private_ip_addresses(NetworkInterfaceId=id, Ipv4PrefixCount=13)
    assert len(reply["AssignedIpv4Prefixes"]) == 13 and "AssignedPrivateIpAddresses" not in reply, reply
    fails("InsufficientCidrBlocks", ec2.assign_private_ip_addresses, NetworkInterfaceId=id, Ipv4PrefixCount=1)
    fails("InsufficientCidrBlocks", ec2.create_network_interface, SubnetId=TINY, Ipv4PrefixCount=1)
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=id, Ipv4Prefixes=["10.0.1.64/28"])
    ec2.assign_private_ip_addresses(NetworkInterfaceId=id, Ipv4Prefixes=["10.0.1.64/28"])
    old = ec2.describe_instances(InstanceIds=[OLD])["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0]
    fails("InvalidParameterValue", ec2.assign_private_ip_addresses, NetworkInterfaceId=old["NetworkInterfaceId"],
          Ipv4PrefixCount=1)


def ipv6():
    """Prefixes of IPv6 up to the limit of the type, which the API tells."""
    ec2 = client()
    network = ec2.describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"][0]["NetworkInfo"]
    limit = network["Ipv6AddressesPerInterface"]
    assert network["Ipv6Supported"] and limit == 10, network
    subnets = {s["SubnetId"]: s for s in ec2.describe_subnets()["Subnets"]}
    block = subnets[SUBNET]["Ipv6CidrBlockAssociationSet"][0]
    assert block["Ipv6CidrBlock"] == "2001:db8:0:1::/64" and block["Ipv6CidrBlockState"]["State"] == "associated", block
    assert subnets[TINY]["Ipv6CidrBlockAssociationSet"] == [], subnets

    id = ec2.describe_instances(InstanceIds=[NODE])["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0][
        "NetworkInterfaceId"]
    # Its own address counts as one.
    first = ec2.assign_ipv6_addresses(NetworkInterfaceId=id, Ipv6PrefixCount=limit - 2)
    assert first["NetworkInterfaceId"] == id and len(first["AssignedIpv6Prefixes"]) == limit - 2, first
    named = ec2.assign_ipv6_addresses(NetworkInterfaceId=id, Ipv6Prefixes=["2001:db8:0:1:abcd::/80"])
    assert named["AssignedIpv6Prefixes"] == ["2001:db8:0:1:abcd::/80"], named
    fails("PrivateIpAddressLimitExceeded", ec2.assign_ipv6_addresses, NetworkInterfaceId=id, Ipv6PrefixCount=1)
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[id])["NetworkInterfaces"][0]
    assert [p["Ipv6Prefix"] for p in shown["Ipv6Prefixes"]] == (
        first["AssignedIpv6Prefixes"] + named["AssignedIpv6Prefixes"]), shown
    assert [a["Ipv6Address"] for a in shown["Ipv6Addresses"]] == ["2001:db8:0:1::a00:104"], shown
    gone = ec2.unassign_ipv6_addresses(NetworkInterfaceId=id, Ipv6Prefixes=named["AssignedIpv6Prefixes"])
    assert gone["UnassignedIpv6Prefixes"] == named["AssignedIpv6Prefixes"], gone
    fails("InvalidParameterValue", ec2.unassign_ipv6_addresses, NetworkInterfaceId=id,
          Ipv6Prefixes=named["AssignedIpv6Prefixes"])

    assert ec2.create_network_interface(SubnetId=SUBNET)["NetworkInterface"]["Ipv6Addresses"] == []
    other = ec2.create_network_interface(SubnetId=TINY)["NetworkInterface"]["NetworkInterfaceId"]
    fails("IncorrectState", ec2.assign_ipv6_addresses, NetworkInterfaceId=other, Ipv6PrefixCount=1)
    fails("UnsupportedOperation", ec2.assign_ipv6_addresses, NetworkInterfaceId=id, Ipv6AddressCount=1)
    fails("UnsupportedOperation", ec2.unassign_ipv6_addresses, NetworkInterfaceId=id, Ipv6Addresses=["2001:db8:0:1::7"])


def describing():
    """Filters and pages, as boto3's paginator asks for them."""
    ec2 = client()
    made = {ec2.create_network_interface(
        SubnetId=SUBNET,
        TagSpecifications=[{"ResourceType": "network-interface", "Tags": [{"Key": "n", "Value": str(n % 2)}]}],
    )["NetworkInterface"]["NetworkInterfaceId"] for n in range(12)}
    pages = list(ec2.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "status", "Values": ["available"]}], PaginationConfig={"PageSize": 5}))
    assert [len(page["NetworkInterfaces"]) for page in pages] == [5, 5, 2]
    assert {eni["NetworkInterfaceId"] for page in pages for eni in page["NetworkInterfaces"]} == made
    odd = ec2.describe_network_interfaces(Filters=[{"Name": "tag:n", "Values": ["1"]}])["NetworkInterfaces"]
    assert len(odd) == 6
    ours = ec2.describe_network_interfaces(
        Filters=[{"Name": "attachment.instance-id", "Values": [NODE]}])["NetworkInterfaces"]
    assert [eni["Attachment"]["DeviceIndex"] for eni in ours] == [0]
    fails("InvalidParameterValue", ec2.describe_network_interfaces, Filters=[{"Name": "colour", "Values": ["red"]}])
    subnets = ec2.describe_subnets(Filters=[{"Name": "tag:tier", "Values": ["pods"]}])["Subnets"]
    assert [s["SubnetId"] for s in subnets] == [SUBNET] and subnets[0]["AvailableIpAddressCount"] == 251 - 2 - 12
    count = sum(len(page["InstanceTypes"]) for page in
                ec2.get_paginator("describe_instance_types").paginate(PaginationConfig={"PageSize": 100}))
    assert count > 1000, count


def signing():
    """Keys that are wrong, missing or of another kind."""
    assert client().describe_subnets()["Subnets"]
    assert fails("SignatureDoesNotMatch", client(secret="wrong").describe_subnets) == 403
    assert fails("AuthFailure", client(key="AKIDOTHER").describe_subnets) == 401
    assert fails("AuthFailure", client(token="unexpected").describe_subnets) == 401
    assert fails("SignatureDoesNotMatch", client(region="eu-west-1").describe_subnets) == 403


def throttling():
    """A bucket for one action that is never refilled."""
    ec2 = client()
    id = ec2.create_network_interface(SubnetId=SUBNET)["NetworkInterface"]["NetworkInterfaceId"]
    for _ in range(2):
        ec2.create_tags(Resources=[id], Tags=[{"Key": "a", "Value": "b"}])
    assert fails("RequestLimitExceeded", ec2.create_tags, Resources=[id], Tags=[{"Key": "a", "Value": "b"}]) == 503
    assert ec2.describe_subnets()["Subnets"]


def role_keys():
    """What the metadata service gives the node for its role."""
    def ask(method, path, **headers):
        request = urllib.request.Request(f"{ENDPOINT}/imds/{NODE}/latest/{path}", method=method, headers=headers)
        return urllib.request.urlopen(request).read().decode()

    token = ask("PUT", "api/token", **{"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    get = lambda path: ask("GET", path, **{"X-aws-ec2-metadata-token": token})
    base = "meta-data/iam/security-credentials/"
    return json.loads(get(base + get(base)))


def role():
    """An instance that calls with the keys of its role, for which there is a rule."""
    keys = role_keys()
    ec2 = client(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"])
    assert ec2.describe_instances()["Reservations"]
    assert fails("UnauthorizedOperation", ec2.describe_subnets) == 403
    assert client().describe_subnets()["Subnets"]
    fails("AuthFailure", client(keys["AccessKeyId"], keys["SecretAccessKey"], "other").describe_instances)
    fails("AuthFailure", client(keys["AccessKeyId"], keys["SecretAccessKey"]).describe_instances)


def expired():
    """Keys of a role after their time."""
    keys = role_keys()
    end = datetime.datetime.fromisoformat(keys["Expiration"].replace("Z", "+00:00"))
    # The time is given in whole seconds.
    time.sleep(max(0, (end - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) + 1)
    fails("RequestExpired", client(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"]).describe_instances)


def faults():
    """Rules by which calls fail, or are done and never answered."""
    ec2 = client()
    assert fails("InternalError", ec2.describe_subnets) == 500
    assert fails("Unavailable", ec2.describe_subnets) == 503
    assert ec2.describe_subnets()["Subnets"]
    impatient = boto3.client(
        "ec2", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        config=Config(read_timeout=1, retries={"total_max_attempts": 1}))
    tag = [{"ResourceType": "network-interface", "Tags": [{"Key": "lost", "Value": "1"}]}]
    try:
        impatient.create_network_interface(SubnetId=SUBNET, TagSpecifications=tag, ClientToken="lost")
        raise AssertionError("answered")
    except ReadTimeoutError:
        pass
    found = []
    while not found:  # the server may not have come to it yet
        found = ec2.describe_network_interfaces(Filters=[{"Name": "tag:lost", "Values": ["1"]}])["NetworkInterfaces"]
    again = ec2.create_network_interface(SubnetId=SUBNET, TagSpecifications=tag, ClientToken="lost")
    assert [eni["NetworkInterfaceId"] for eni in found] == [again["NetworkInterface"]["NetworkInterfaceId"]]


def aws(*arguments, code=None):
    """Runs a command; with a code, it has to be refused so."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
    }
    program = os.path.join(os.path.dirname(sys.executable), "aws")
    done = subprocess.run(
        [sys.executable, program, "ec2", *arguments, "--endpoint-url", ENDPOINT, "--output", "json"],
        env=environment, capture_output=True, text=True)
    if code:
        assert done.returncode != 0 and f"({code})" in done.stderr, (arguments, done)
        return None
    assert done.returncode == 0, (arguments, done)
    return json.loads(done.stdout) if done.stdout.strip() else None


def commands():
    """The same with the aws command line interface."""
    eni = aws("create-network-interface", "--subnet-id", SUBNET, "--secondary-private-ip-address-count", "1",
              "--tag-specifications", "ResourceType=network-interface,Tags=[{Key=a,Value=b}]")["NetworkInterface"]
    id = eni["NetworkInterfaceId"]
    attachment = aws("attach-network-interface", "--network-interface-id", id, "--instance-id", NODE,
                     "--device-index", "1")["AttachmentId"]
    aws("modify-network-interface-attribute", "--network-interface-id", id, "--attachment",
        f"AttachmentId={attachment},DeleteOnTermination=true")
    aws("assign-private-ip-addresses", "--network-interface-id", id, "--secondary-private-ip-address-count", "2")
    aws("assign-private-ip-addresses", "--network-interface-id", id, "--secondary-private-ip-address-count", "9",
        code="PrivateIpAddressLimitExceeded")
    prefixes = aws("assign-private-ip-addresses", "--network-interface-id", id, "--ipv4-prefix-count", "1")
    shown = aws("describe-network-interfaces", "--filters", f"Name=attachment.attachment-id,Values={attachment}",
                "--page-size", "5")["NetworkInterfaces"]
    assert [e["NetworkInterfaceId"] for e in shown] == [id] and len(shown[0]["PrivateIpAddresses"]) == 4, shown
    assert shown[0]["Ipv4Prefixes"] == prefixes["AssignedIpv4Prefixes"], shown
    aws("unassign-private-ip-addresses", "--network-interface-id", id, "--private-ip-addresses",
        eni["PrivateIpAddresses"][1]["PrivateIpAddress"])
    aws("detach-network-interface", "--attachment-id", attachment)
    aws("delete-network-interface", "--network-interface-id", id)
    aws("describe-network-interfaces", "--network-interface-ids", id, code="InvalidNetworkInterfaceID.NotFound")


STORIES = [life, prefixes, ipv6, describing, signing, throttling, role, expired, faults, commands]
{story.__name__: story for story in STORIES}[sys.argv[1]]()
