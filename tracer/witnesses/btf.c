#include "witnesses/btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>

struct btf {
	const uint8_t *types;
	const char *strings;
	size_t types_size, strings_size;
};

/* What follows the common head of a type: so many bytes, and so many for each of its parts. */
static const struct {
	bool known;
	uint8_t fixed, each;
} sizes[] = {
	[BTF_KIND_INT] = { true, sizeof(uint32_t), 0 },
	[BTF_KIND_PTR] = { true, 0, 0 },
	[BTF_KIND_ARRAY] = { true, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { true, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { true, 0, 0 },
	[BTF_KIND_TYPEDEF] = { true, 0, 0 },
	[BTF_KIND_VOLATILE] = { true, 0, 0 },
	[BTF_KIND_CONST] = { true, 0, 0 },
	[BTF_KIND_RESTRICT] = { true, 0, 0 },
	[BTF_KIND_FUNC] = { true, 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { true, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { true, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { true, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { true, 0, 0 },
	[BTF_KIND_DECL_TAG] = { true, sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG] = { true, 0, 0 },
	[BTF_KIND_ENUM64] = { true, 0, sizeof(struct btf_enum64) },
};

/* Bytes from here to the next type; 0: this one is of a kind that nobody knows. */
static size_t type_size(const struct btf_type *type)
{
	unsigned kind = BTF_INFO_KIND(type->info);
	if (kind >= sizeof sizes / sizeof *sizes || !sizes[kind].known)
		return 0;
	return sizeof *type + sizes[kind].fixed +
	       (size_t)BTF_INFO_VLEN(type->info) * sizes[kind].each;
}

static bool read_header(const void *image, size_t size, struct btf *ret_btf)
{
	const struct btf_header *header = image;
	if (size < sizeof *header || header->magic != BTF_MAGIC || header->hdr_len > size)
		return false;
	size -= header->hdr_len;
	if (header->type_off > size || header->type_len > size - header->type_off ||
	    header->type_off % sizeof(uint32_t) || header->hdr_len % sizeof(uint32_t) ||
	    header->str_off > size || header->str_len > size - header->str_off || !header->str_len)
		return false;
	const uint8_t *body = (const uint8_t *)image + header->hdr_len;
	*ret_btf = (struct btf){ .types = body + header->type_off,
				 .types_size = header->type_len,
				 .strings = (const char *)body + header->str_off,
				 .strings_size = header->str_len };
	/* So every name ends within. */
	return ret_btf->strings[ret_btf->strings_size - 1] == '\0';
}

static bool is_called(const struct btf *btf, const struct btf_type *type, const char *name)
{
	return type->name_off < btf->strings_size &&
	       strcmp(btf->strings + type->name_off, name) == 0;
}

int btf_find(const void *image, size_t size, unsigned kind, const char *name)
{
	struct btf btf;
	if (!read_header(image, size, &btf))
		return -EBADMSG;
	int number = 1; /* 0 is void, which has no entry */
	for (size_t at = 0; at < btf.types_size; number++) {
		const struct btf_type *type = (const void *)(btf.types + at);
		size_t left = btf.types_size - at;
		if (left < sizeof *type)
			return -EBADMSG;
		size_t whole = type_size(type);
		if (!whole || whole > left)
			return -EBADMSG;
		if (BTF_INFO_KIND(type->info) == kind && is_called(&btf, type, name))
			return number;
		at += whole;
	}
	return -ENOENT;
}
