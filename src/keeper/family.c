#define _GNU_SOURCE
#include "family.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define MEMBERS_MOST 65536 /* 3 MB: the keeper stays under 8 (G8); the rest is found by a later walk */
#define WALKS_MOST 10

/* "PID (NAME) STATE PPID ... START": the name may hold spaces and parentheses, so look for its last one. */
static bool member_parse(char *text, member *result)
{
    char *name = strchr(text, '(');
    char *rest = strrchr(text, ')');
    if (name == NULL || rest == NULL || rest < name)
        return false;
    *rest = '\0';
    snprintf(result->name, sizeof result->name, "%s", name + 1);
    for (char *letter = result->name; *letter != '\0'; letter++)
        if ((unsigned char)*letter < ' ' || *letter == 127)
            *letter = '?';
    return sscanf(rest + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &result->state, &result->parent, &result->start) == 3;
}

bool member_read(pid_t pid, member *result)
{
    char path[40], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    if (got <= 0)
        return false;
    text[got] = '\0';
    result->pid = pid;
    return member_parse(text, result);
}

static bool family_add(family *self, size_t *room, const member *one)
{
    if (self->count == *room) {
        size_t wider = *room == 0 ? 256 : *room * 2;
        member *list = wider > MEMBERS_MOST ? NULL : realloc(self->list, wider * sizeof *list);
        if (list == NULL)
            return false;
        self->list = list;
        *room = wider;
    }
    self->list[self->count++] = *one;
    return true;
}

static int by_pid(const void *one, const void *other)
{
    pid_t left = ((const member *)one)->pid, right = ((const member *)other)->pid;
    return (left > right) - (left < right);
}

static family everybody(void)
{
    family all = { 0 };
    size_t room = 0;
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return all;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        member one;
        int pid = atoi(entry->d_name);
        if (pid > 0 && member_read(pid, &one) && !family_add(&all, &room, &one))
            break;
    }
    closedir(proc);
    if (all.count > 0)
        qsort(all.list, all.count, sizeof *all.list, by_pid);
    return all;
}

/* Marks ours by making their parent number our own negated; a pass finds all whose parent has the smaller
 * number, and there is another pass as long as one found any. */
static void mark_ours(family *all, pid_t self)
{
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < all->count; i++) {
            member *one = &all->list[i];
            if (one->parent < 0)
                continue;
            member key = { .pid = one->parent };
            const member *parent = bsearch(&key, all->list, all->count, sizeof key, by_pid);
            if (one->parent == self || (parent != NULL && parent->parent == -self)) {
                one->parent = -self;
                found = true;
            }
        }
    }
}

family family_walk(void)
{
    pid_t self = getpid();
    family all = everybody();
    mark_ours(&all, self);
    size_t kept = 0;
    for (size_t i = 0; i < all.count; i++)
        if (all.list[i].parent == -self && all.list[i].state != 'Z' && all.list[i].state != 'X')
            all.list[kept++] = all.list[i];
    all.count = kept;
    return all;
}

static bool family_same(const family *one, const family *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (one->list[i].pid != other->list[i].pid || one->list[i].start != other->list[i].start)
            return false;
    return true;
}

family family_walk_stable(void)
{
    family now = family_walk();
    for (int walks = 1; walks < WALKS_MOST; walks++) {
        family again = family_walk();
        bool same = family_same(&now, &again);
        family_free(&now);
        now = again;
        if (same)
            break;
    }
    return now;
}

void family_free(family *self)
{
    free(self->list);
    *self = (family){ 0 };
}

/* The descriptor first, the look second: whatever the number means by then, the signal reaches the one that was
 * looked at, or nobody (row 7). */
static void member_signal(const member *one, int signal)
{
    member again;
    int process = pidfd_open(one->pid, 0);
    if (process < 0)
        return;
    if (member_read(one->pid, &again) && again.start == one->start)
        pidfd_send_signal(process, signal, NULL, 0);
    close(process);
}

void family_signal(const family *self, int signal)
{
    for (size_t i = 0; i < self->count; i++)
        member_signal(&self->list[i], signal);
}
