#include <net/if.h>
#include <sys/ioctl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/fib_rules.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

// Glibc's Swift module is built without _GNU_SOURCE and leaves these out.
extern int setns(int descriptor, int namespace_type);
extern const char *strerrordesc_np(int code);

// The kernel's constant is a macro that Swift can't import. Returns CLONE_NEW..., or -1 with errno set.
static inline int namespace_type(int descriptor) {
    return ioctl(descriptor, NS_GET_NSTYPE);
}
