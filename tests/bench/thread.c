/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads: where they run, and how long they had to wait for it. */
#include "rx.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

bool pin_thread(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set) == 0;
}

void pin_to_cpu(int cpu)
{
	if (!pin_thread(0, cpu))
		perror("sched_setaffinity");
}

void nap(int ms)
{
	poll(NULL, 0, ms);
}

static bool read_line(char *line, int size, const char *path)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, size, f);

	if (f)
		fclose(f);
	return ok;
}

pid_t receiving_thread(pid_t pid)
{
	char path[300], comm[32];
	struct dirent *entry;
	pid_t tid = pid;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid, entry->d_name);
		if (read_line(comm, sizeof(comm), path) && strcmp(comm, "receiver\n") == 0)
			tid = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (dir)
		closedir(dir);
	return tid;
}

/* Linux schedules sessions against each other first (autogroup, 2.6.38): both priorities count. */
void prefer_process(pid_t pid)
{
	char path[64];
	FILE *f;

	setpriority(PRIO_PROCESS, (id_t)pid, -20);
	snprintf(path, sizeof(path), "/proc/%d/autogroup", (int)pid);
	f = fopen(path, "we");
	if (f) {
		fputs("-20", f);
		fclose(f);
	}
}

struct waits waits_of(pid_t pid)
{
	static const char label[] = "nonvoluntary_ctxt_switches:";
	struct waits w = { 0 };
	char path[64], line[256];
	pid_t tid = receiving_thread(pid);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)pid, (int)tid);
	if (!read_line(line, sizeof(line), path) || sscanf(line, "%*u %llu", &w.ns) != 1)
		w.ns = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, label, sizeof(label) - 1) == 0)
			w.preemptions = strtoull(line + sizeof(label) - 1, NULL, 10);
	if (f)
		fclose(f);
	return w;
}
