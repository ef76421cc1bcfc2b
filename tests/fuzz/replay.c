/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes libFuzzer's place in an ordinary build: gives the target each file of its corpus once.
 *
 * fuzz_NAME reads $srcdir/tests/fuzz/corpus/NAME; files named as arguments instead are read one by
 * one, to look at a single finding.  Prints TAP.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (1u << 20)

/* The bytes are copied to a block of their very size, so that a sanitizer sees a read beyond. */
static bool replay(const char *path)
{
	FILE *f = fopen(path, "rbe");
	if (!f)
		return false;
	uint8_t *room = malloc(INPUT_MAX);
	size_t size = room ? fread(room, 1, INPUT_MAX, f) : 0;
	bool ok = room && !ferror(f);
	fclose(f);
	uint8_t *data = ok ? malloc(size + !size) : NULL;
	if (data) {
		memcpy(data, room, size);
		LLVMFuzzerTestOneInput(data, size);
	}
	free(data);
	free(room);
	return data != NULL;
}

static bool report(int number, const char *path)
{
	bool ok = replay(path);
	printf("%sok %d - %s\n", ok ? "" : "not ", number, path);
	fflush(stdout);
	return ok;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_corpus(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char dir[4096];
	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	struct dirent **entries;
	int count = scandir(dir, &entries, visible, alphasort);
	if (count <= 0) {
		printf("1..1\nnot ok 1 - nothing in %s\n", dir);
		return 1;
	}
	printf("1..%d\n", count);
	bool ok = true;
	for (int i = 0; i < count; i++) {
		char path[sizeof(dir) + sizeof(entries[i]->d_name) + 1];
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		ok = report(i + 1, path) && ok;
		free(entries[i]);
	}
	free(entries);
	return !ok;
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		const char *prefix = strstr(argv[0], "fuzz_");
		while (prefix && strstr(prefix + 1, "fuzz_"))
			prefix = strstr(prefix + 1, "fuzz_");
		return replay_corpus(prefix ? prefix + strlen("fuzz_") : argv[0]);
	}
	bool ok = true;
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		ok = report(i, argv[i]) && ok;
	return !ok;
}
