/* What the parts of a sequence diagram share: who takes part, and how a line begins. */
#pragma once

#include "formatters/mermaid/sequence.h"

/* The lane's, declared if it is new. NULL: there is no memory. */
struct participant *sequence_participant(struct sequence *sequence, const char *lane,
					 struct line *lines);
/* Who holds the other end of the record's socket; NULL: nobody knows. */
struct participant *sequence_peer(const struct sequence *sequence, const struct record *record);
void sequence_set_peer(struct sequence *sequence, const char *id, struct participant *peer);
/* A socket's id is its cookie in decimal (types/socket.h); false: it is not. */
bool sequence_cookie(const char *id, uint64_t *ret_cookie);

/* The beginnings of lines. `->>` is an arrow at whose end somebody took what came; `-)` one that is
 * on its way. */
void sequence_note(struct line *lines, const struct participant *over);
void sequence_arrow(struct line *lines, const struct participant *from, const char *arrow,
		    const struct participant *to);
/* "8 recv(4, "hi", 1024, 0) = 2"; to be ended with sequence_words(). */
struct line sequence_call(const struct record *record);
/* The rest of a line. The words are done with. */
void sequence_words(struct line *lines, struct line *words);

void sequence_add_call(struct sequence *sequence, const struct record *record, struct line *lines);
void sequence_add_enter(struct sequence *sequence, const struct record *record, struct line *lines);
void sequence_add_segment(struct sequence *sequence, const struct record *record,
			  struct line *lines);
/* A call that has sent something: its arrow is drawn when somebody receives it. */
void sequence_send(struct sequence *sequence, const struct record *record, struct participant *own,
		   struct line *lines);
/* Received. Who sent it; NULL: nobody knows. */
struct participant *sequence_arrive(struct sequence *sequence, const struct origin *origin);
/* Draws what a socket has sent and nobody was seen to receive, in its order. 0: every socket. */
void sequence_flush(struct sequence *sequence, uint64_t cookie, struct line *lines);
void sequence_sent_done(struct sequence *sequence);
void sequence_calls_done(struct sequence *sequence);
