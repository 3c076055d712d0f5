//! The inspection archive is one click of an administrator, and the journal says who took it.

use std::io::{Cursor, Read};

use crate::common::Company;
use crate::desk::{Desk, purchase};

#[tokio::test]
async fn an_archive_is_taken_with_one_click_and_by_administrators_alone() {
    let company = Company::new().await;
    purchase(&company, "100").await;
    for lang in ["zh", "en"] {
        let mut admin = Desk::log_in(&company, "admin", lang).await;
        let mut form = admin
            .get("/admin/inspection")
            .await
            .form("/admin/inspection");
        form.set("from", "2026-03-01")
            .set("to", "2026-04-30")
            .put("prints", "");
        let reply = admin.fetch_posted(&form.action, &form.fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.headers["content-type"], "application/zip");
        let mut zip = zip::ZipArchive::new(Cursor::new(reply.bytes.to_vec())).expect("an archive");
        let names: Vec<String> = zip
            .file_names()
            .map(|name| name.expect("a name").into_owned())
            .collect();
        for name in [
            "slips/gsp.purchase_inbound.order/page-0001.html",
            "ledgers/gsp.stock/entries.csv",
            "journal/chain.csv",
            "verify.sh",
            "MANIFEST.sha256.sig",
        ] {
            assert!(
                names.iter().any(|other| other == name),
                "{name} in {names:?}"
            );
        }
        let mut list = String::new();
        let read = zip
            .by_name("MANIFEST.sha256")
            .expect("the list")
            .read_to_string(&mut list);
        read.expect("text");
        // Every file but the list and its signature is in the list.
        assert_eq!(list.lines().count() + 2, names.len());
        let last = company
            .journal()
            .into_iter()
            .max_by_key(|row| row.seq)
            .expect("a row");
        assert_eq!((&*last.act, &*last.actor), ("export", "admin"));
        assert!(last.request.contains("inspection") && last.request.contains("from=2026-03-01"));
        // What cannot be is said at its field, and nothing is taken.
        for (from, to, flow) in [
            ("2026-02-30", "2026-03-01", ""),
            ("2026-03-02", "2026-03-01", ""),
            ("2026-03-01", "2026-03-02", "gsp.nothing"),
        ] {
            let rows = company.rows();
            form.set("from", from).set("to", to).set("flow", flow);
            let reply = admin.fetch_posted(&form.action, &form.fields).await;
            assert!(
                matches!(reply.status.as_u16(), 400 | 422),
                "{from} {to} {flow}"
            );
            assert_eq!(company.rows(), rows);
        }
        form.set("from", "2026-03-01")
            .set("to", "2026-04-30")
            .set("flow", "");
        let mut li = Desk::log_in(&company, "li", lang).await;
        assert_eq!(li.get("/admin/inspection").await.status, 403);
        let mut fields = form.fields.clone();
        let own = li.get("/me").await;
        let token = own
            .html
            .split("name=\"_csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        for (name, text) in &mut fields {
            if name == "_csrf" {
                token.expect("a token").clone_into(text);
            }
        }
        let reply = li.fetch_posted(&form.action, &fields).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        let last = company
            .journal()
            .into_iter()
            .max_by_key(|row| row.seq)
            .expect("a row");
        assert_eq!((&*last.outcome, &*last.actor), ("refused", "li"));
    }
}
