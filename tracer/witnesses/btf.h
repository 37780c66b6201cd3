/*
 * The kernel's own description of its types (BPF Type Format, Documentation/bpf/btf.rst), in
 * which a BPF program finds by its number what it is to look at.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The number of the type of that kind (BTF_KIND_...) and name in the image, which stands at an
 * address that a number may stand at. -ENOENT: there is none. -EBADMSG: it is no BTF, or damaged,
 * or has kinds of which nobody knew when this was written, before the one that is wanted. */
int btf_find(const void *image, size_t size, unsigned kind, const char *name);
