/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key that copies: a datagram from the list, the bytes under the cursor from the details. */
#include "command/copy.h"
#include "ui/fields.h"
#include "ui/ui_private.h"

/* Of a field that is selected its bytes, else those of the field that the byte stands in. */
static struct field_bytes bytes_under(const struct view *v, const struct packet *p)
{
	const struct details_view *d = &v->details;
	struct field_bytes range = { d->byte, 1 };
	size_t row = (size_t)d->field;
	struct fields f;

	fields_init(&f);
	fields_make(&f, v, p);
	if (d->mode == DETAILS_FIELDS && row < f.rows.count && f.bytes[row].length)
		range = f.bytes[row];
	else if (fields_find(&f, d->byte, &row))
		range = f.bytes[row];
	fields_done(&f);
	if (range.offset >= p->stored || range.length > p->stored - range.offset)
		return (struct field_bytes){ 0, p->stored };
	return range;
}

bool ui_copy(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	struct store_hold hold = { 0 };
	struct field_bytes range;
	struct packet p;
	bool ok = false;

	if (!view_shown_packet(&ui->view, &hold, &p) || !p.no) {
		err_set(e, ERR_STATE, "there is no datagram to copy");
	} else {
		range = (struct field_bytes){ 0, p.stored };
		if (ui->view.focus == FOCUS_DETAILS)
			range = bytes_under(&ui->view, &p);
		ok = range.length
			     ? copy_offer(c, COPY_HEX, p.no, p.data + range.offset, range.length, e)
			     : err_set(e, ERR_STATE, "it is empty: there is nothing to copy");
	}
	store_hold_done(&hold);
	return ok;
}
