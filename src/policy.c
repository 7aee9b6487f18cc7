#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "oid.h"
#include "text.h"

/*
 * The graph of RFC 9618: in every level at most one node for a policy, where the tree of RFC 5280
 * has one for every way to it, which an attacker can make exponentially many. Level 0 is the root's
 * single node, any-policy.
 */
typedef struct node {
    cm_view policy;
    bool any;
    bool mapped; /* expects what the mappings of its certificate say, not itself */
    size_t first_edge, edge_count;
    bool child; /* has one in the next level */
    bool user;  /* the user's set holds it, or the policy of the root's domain that led here */
} node;

enum { NODE_LIMIT = 2048, EDGE_LIMIT = 16384 };

typedef struct graph {
    const cm_policy_question *question;
    const cm_candidate *const *path;
    node *nodes;
    size_t node_count;
    size_t *edges; /* of each node: its parents */
    size_t edge_count;
    size_t level[64]; /* first node of each level; level[depth + 1] is where the newest ends */
    size_t depth;
    bool null; /* no policy is left */
    bool full;
    size_t explicit_left, mapping_left, any_left;
} graph;

static cm_view any_policy(void)
{
    return (cm_view){(const uint8_t *)OID_ANY_POLICY, OID_SIZE(OID_ANY_POLICY)};
}

static bool is_any(cm_view policy)
{
    return cm_view_equal(policy, any_policy());
}

/* The certificate behind a level: level 1 is the one under the root. */
static const cm_candidate *certificate_at(const graph *g, size_t count, size_t level)
{
    return g->path[count - 1 - level];
}

/* Opens a node in the newest level; its edges follow. */
static node *add_node(graph *g, cm_view policy)
{
    if (g->node_count == NODE_LIMIT) {
        g->full = true;
        return NULL;
    }
    node *n = &g->nodes[g->node_count++];
    *n = (node){.policy = policy, .any = is_any(policy), .first_edge = g->edge_count};
    return n;
}

static void add_edge(graph *g, node *child, size_t parent)
{
    if (g->edge_count == EDGE_LIMIT) {
        g->full = true;
        return;
    }
    g->edges[g->edge_count++] = parent;
    child->edge_count++;
}

static node *find_node(const graph *g, size_t level, size_t end, cm_view policy)
{
    for (size_t i = g->level[level]; i < end; i++) {
        if (cm_view_equal(g->nodes[i].policy, policy)) {
            return &g->nodes[i];
        }
    }
    return NULL;
}

/* Whether a node of the level above expects this policy. */
static bool expects(const node *n, cm_view mappings, cm_view policy)
{
    cm_view pair, from, to;
    if (!n->mapped) {
        return cm_view_equal(n->policy, policy);
    }
    while (cm_der_take(&mappings, CM_TAG_SEQUENCE, &pair)) {
        if (cm_der_take(&pair, CM_TAG_OID, &from) && cm_der_take(&pair, CM_TAG_OID, &to) &&
            cm_view_equal(from, n->policy) && cm_view_equal(to, policy)) {
            return true;
        }
    }
    return false;
}

/* §6.1.3 (d)(1): a node under those that expect its policy, or else under any-policy. */
static void add_policy(graph *g, cm_view mappings, cm_view policy, bool or_any)
{
    size_t above = g->level[g->depth - 1], end = g->level[g->depth];
    node *n = NULL;
    for (size_t i = above; i < end && !g->full; i++) {
        if (expects(&g->nodes[i], mappings, policy)) {
            n = n == NULL ? add_node(g, policy) : n;
            if (n != NULL) {
                add_edge(g, n, i);
            }
        }
    }
    node *any = n == NULL && or_any ? find_node(g, g->depth - 1, end, any_policy()) : NULL;
    if (any != NULL && (n = add_node(g, policy)) != NULL) {
        add_edge(g, n, (size_t)(any - g->nodes));
    }
}

/* §6.1.3 (d)(2): any-policy in the certificate stands for all that is expected. */
static void add_expected(graph *g, cm_view mappings)
{
    size_t above = g->level[g->depth - 1], end = g->level[g->depth];
    for (size_t i = above; i < end && !g->full; i++) {
        const node *parent = &g->nodes[i];
        cm_view rest = mappings, pair, from, to;
        if (!parent->mapped && find_node(g, g->depth, g->node_count, parent->policy) == NULL) {
            add_policy(g, mappings, parent->policy, false);
        }
        while (parent->mapped && !g->full && cm_der_take(&rest, CM_TAG_SEQUENCE, &pair)) {
            if (cm_der_take(&pair, CM_TAG_OID, &from) && cm_der_take(&pair, CM_TAG_OID, &to) &&
                cm_view_equal(from, parent->policy) &&
                find_node(g, g->depth, g->node_count, to) == NULL) {
                add_policy(g, mappings, to, false);
            }
        }
    }
}

static void add_level(graph *g, const cm_candidate *c, cm_view mappings, bool any_counts)
{
    cm_view rest = c->policies, policy, oid;
    bool any = false;
    g->level[++g->depth] = g->node_count;
    while (!g->full && cm_der_take(&rest, CM_TAG_SEQUENCE, &policy)) {
        if (!cm_der_take(&policy, CM_TAG_OID, &oid)) {
            break;
        }
        if (is_any(oid)) {
            any = true;
        } else {
            add_policy(g, mappings, oid, true);
        }
    }
    if (any && any_counts) {
        add_expected(g, mappings);
    }
    g->null = g->node_count == g->level[g->depth];
}

/* Takes a node of the newest level out. */
static void remove_node(graph *g, node *n)
{
    size_t at = (size_t)(n - g->nodes);
    memmove(n, n + 1, (g->node_count - at - 1) * sizeof *n);
    g->node_count--;
}

/* §6.1.4 (b) for one issuerDomainPolicy. */
static void map_policy(graph *g, cm_view from)
{
    node *n = find_node(g, g->depth, g->node_count, from);
    if (g->mapping_left == 0) {
        if (n != NULL) {
            remove_node(g, n);
        }
        return;
    }
    const node *any = n == NULL ? find_node(g, g->depth, g->node_count, any_policy()) : NULL;
    if (any != NULL) {
        size_t any_at = (size_t)(any - g->nodes), edge_count = any->edge_count;
        n = add_node(g, from);
        for (size_t i = 0; n != NULL && i < edge_count; i++) {
            add_edge(g, n, g->edges[g->nodes[any_at].first_edge + i]);
        }
    }
    if (n != NULL) {
        n->mapped = true;
    }
}

/* §6.1.4 (a) and (b). */
static bool map_policies(graph *g, const cm_candidate *c, size_t depth, cm_fault *fault)
{
    cm_view rest = c->mappings, pair, from, to;
    while (cm_der_take(&rest, CM_TAG_SEQUENCE, &pair)) {
        if (!cm_der_take(&pair, CM_TAG_OID, &from) || !cm_der_take(&pair, CM_TAG_OID, &to) ||
            is_any(from) || is_any(to)) {
            return CM_REFUSE(fault, CM_VERIFY_POLICY, depth,
                             "any-policy must not be mapped (RFC 5280 §6.1.4)");
        }
        if (!g->null && !g->full) {
            map_policy(g, from);
        }
    }
    g->null = g->null || g->node_count == g->level[g->depth];
    return true;
}

static void count_down(size_t *counter)
{
    *counter -= *counter > 0;
}

static void lower(size_t *counter, int to)
{
    if (to != CM_NOT_GIVEN && (size_t)to < *counter) {
        *counter = (size_t)to;
    }
}

/* §6.1.4 (h) to (j). */
static void next_counters(graph *g, const cm_candidate *c)
{
    if (!c->self_issued) {
        count_down(&g->explicit_left);
        count_down(&g->mapping_left);
        count_down(&g->any_left);
    }
    lower(&g->explicit_left, c->explicit_after);
    lower(&g->mapping_left, c->mapping_after);
    lower(&g->any_left, c->any_after);
}

static bool refuse_none_left(size_t depth, cm_fault *fault)
{
    return CM_REFUSE(fault, CM_VERIFY_POLICY, depth,
                     "a certificate policy is required, and none holds along the whole path "
                     "(RFC 5280 §6.1.3)");
}

static bool user_asks(const cm_policy_question *q, cm_view policy)
{
    bool asked = q->initial_count == 0;
    for (size_t i = 0; i < q->initial_count && !asked; i++) {
        asked = cm_view_equal(q->initial[i], policy);
    }
    return asked;
}

/* §6.1.5 (g): whether a policy that the user takes is left at the end. Policies stand in the root's
 * terms in the nodes right under any-policy. */
static bool user_policies(graph *g, cm_der *out)
{
    size_t newest = g->level[g->depth];
    bool found = false;
    for (size_t i = 1; i < g->node_count; i++) {
        node *n = &g->nodes[i];
        bool under_any = false;
        for (size_t e = 0; e < n->edge_count; e++) {
            const node *parent = &g->nodes[g->edges[n->first_edge + e]];
            under_any = under_any || parent->any;
            n->user = n->user || (!parent->any && parent->user);
        }
        n->user = n->user || n->any || (under_any && user_asks(g->question, n->policy));
        found = found || (i >= newest && n->user);
    }
    for (size_t i = g->node_count; i-- > 1 && out != NULL;) {
        const node *n = &g->nodes[i];
        bool under_any = false, live = n->child || i >= newest;
        for (size_t e = 0; e < n->edge_count && live; e++) {
            node *parent = &g->nodes[g->edges[n->first_edge + e]];
            parent->child = true;
            under_any = under_any || parent->any;
        }
        /* any-policy is told of only where it reaches the end */
        if (live && under_any && n->user && (!n->any || i >= newest)) {
            cm_der_element(out, CM_TAG_OID, n->policy.data, n->policy.size);
        }
    }
    return found;
}

static bool walk(graph *g, size_t count, cm_fault *fault)
{
    cm_view mappings = {NULL, 0};
    for (size_t level = 1; level < count; level++) {
        const cm_candidate *c = certificate_at(g, count, level);
        size_t depth = count - 1 - level;
        if (!c->has_policies) {
            g->null = true;
        } else if (!g->null) {
            add_level(g, c, mappings, g->any_left > 0 || (depth > 0 && c->self_issued));
        }
        if (g->explicit_left == 0 && g->null) {
            return refuse_none_left(depth, fault);
        }
        if (depth > 0) {
            mappings = c->mappings;
            if (!map_policies(g, c, depth, fault)) {
                return false;
            }
            next_counters(g, c);
        }
        if (g->full) {
            return CM_REFUSE(fault, CM_VERIFY_WORK_LIMIT, depth,
                             "there are more certificate policies than are looked at");
        }
    }
    return true;
}

static bool conclude(graph *g, cm_der *policies, cm_fault *fault)
{
    count_down(&g->explicit_left);
    if (g->path[0]->explicit_after == 0) {
        g->explicit_left = 0;
    }
    bool held = !g->null && user_policies(g, policies);
    return held || g->explicit_left > 0 || refuse_none_left(0, fault);
}

bool cm_policy_check(const cm_policy_question *question, const cm_candidate *const *path,
                     size_t count, cm_der *policies, cm_fault *fault)
{
    graph g = {.question = question, .path = path};
    bool held = false;
    if (count < 2) {
        return true; /* the root itself: there is no path */
    }
    g.explicit_left = question->require_explicit ? 0 : count;
    g.mapping_left = question->inhibit_mapping ? 0 : count;
    g.any_left = question->inhibit_any ? 0 : count;
    g.nodes = malloc(NODE_LIMIT * sizeof *g.nodes);
    g.edges = malloc(EDGE_LIMIT * sizeof *g.edges);
    if (g.nodes == NULL || g.edges == NULL || count + 2 > sizeof g.level / sizeof g.level[0]) {
        held = CM_REFUSE(fault, CM_VERIFY_WORK_LIMIT, 0, "out of memory");
    } else {
        add_node(&g, any_policy());
        g.nodes[0].user = true;
        held = walk(&g, count, fault) && conclude(&g, policies, fault);
    }
    free(g.nodes);
    free(g.edges);
    return held;
}
