//! Every class of refusal has its status, its name, its words and its place, and changes nothing.

use crate::common::{Company, Reply, from, order, over, receipt};
use serde_json::{Value, json};

/// Status, class and code of a refusal that says something in both languages.
#[track_caller]
fn refused(reply: &Reply) -> (u16, String, String) {
    let json = reply.json();
    let refusal = &json["refusal"];
    for words in ["zh", "en"] {
        assert!(
            refusal[words].as_str().is_some_and(|text| !text.is_empty()),
            "{json}"
        );
    }
    let text = |name: &str| refusal[name].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), text("class"), text("code"))
}

fn is(reply: &Reply, status: u16, class: &str, code: &str) {
    assert_eq!(
        refused(reply),
        (status, class.to_owned(), code.to_owned()),
        "{}",
        reply.text()
    );
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).expect("it is there") = value;
    body
}

#[tokio::test]
async fn each_class_in_its_order() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let li = company.log_in("li").await;
    let zhao = company.log_in("zhao").await;
    let heads = |company: &Company| {
        let page = company
            .app
            .store()
            .list(crate::common::ORG, &store::ListQuery::default())
            .unwrap();
        page.rows
            .iter()
            .map(|head| (head.id, head.last_seq))
            .collect::<Vec<_>>()
    };

    is(&zhao.step("order.fill", order()).await, 403, "role", "role");
    is(
        &wang.step("order.sign", order()).await,
        404,
        "request",
        "unknown_step",
    );
    is(
        &wang.step("order.approve", over(99, "x")).await,
        404,
        "request",
        "unknown_slip",
    );

    let no_price = with(order(), "/input/lines/1/fields/price", json!("-1"));
    let reply = wang.step("order.fill", no_price).await;
    is(&reply, 422, "field", "field");
    assert_eq!(
        reply.json()["refusal"]["place"],
        json!({"line": 1, "field": "price"})
    );
    let no_date = with(
        order(),
        "/input/header",
        json!({"supplier": "S01", "deliver_by": "2026-02-30"}),
    );
    is(
        &wang.step("order.fill", no_date).await,
        422,
        "field",
        "field",
    );
    for (pointer, value) in [
        ("/input/lines/0/fields/qty", "99999999999999999999"),
        ("/input/lines/0/fields/qty", "0.0000001"),
        ("/input/lines/0/fields/qty", "1e3"),
        ("/input/lines/0/fields/item", "'; drop table slip; --"),
        ("/input/lines/0/fields/item", "../../etc/passwd"),
        ("/input/header/supplier", "<script>alert(1)</script>"),
    ] {
        let reply = wang
            .step("order.fill", with(order(), pointer, json!(value)))
            .await;
        assert_eq!(reply.status, 422, "{pointer} {value}: {}", reply.text());
    }
    let unlicensed = with(order(), "/input/header/supplier", json!("S02"));
    is(
        &wang.step("order.fill", unlicensed).await,
        422,
        "guard",
        "gsp.purchase_inbound.order.supplier_licensed",
    );
    assert_eq!(heads(&company), []);

    let (own, seen) = li.must("order.fill", order()).await;
    is(
        &li.step("order.approve", over(own, &seen)).await,
        403,
        "separation",
        "separate",
    );
    let (id, seen) = wang.must("order.fill", order()).await;
    let before = heads(&company);
    is(
        &zhao.step("receipt.fill", from(id, &seen, receipt())).await,
        409,
        "order",
        "order",
    );
    is(
        &li.step("order.approve", over(id, "0000")).await,
        409,
        "order",
        "stale",
    );
    is(
        &li.step("order.approve", json!({"slip": id})).await,
        409,
        "order",
        "unseen",
    );
    assert_eq!(heads(&company), before);
    let (_, seen) = li.must("order.approve", over(id, &seen)).await;
    is(
        &li.step("order.approve", over(id, &seen)).await,
        409,
        "order",
        "order",
    );

    let too_much = with(receipt(), "/lines/0/fields/qty", json!("101"));
    is(
        &zhao.step("receipt.fill", from(id, &seen, too_much)).await,
        422,
        "draws",
        "draws",
    );
    let old = with(receipt(), "/lines/0/fields/expiry", json!("2026-06-01"));
    is(
        &zhao.step("receipt.fill", from(id, &seen, old)).await,
        422,
        "guard",
        "gsp.purchase_inbound.receipt.shelf_life",
    );

    let without_key = json!({"input": {}}).to_string();
    let path = "/api/v1/steps/gsp.purchase_inbound.order.fill";
    let reply = company
        .ask(crate::common::request(
            "POST",
            path,
            Some(&wang.token),
            Some(without_key),
        ))
        .await;
    is(&reply, 400, "request", "key");
    let reply = wang
        .step(
            "order.fill",
            with(with_key(order(), "k"), "/key", json!("schlüssel")),
        )
        .await;
    is(&reply, 400, "request", "key");
}

fn with_key(mut body: Value, key: &str) -> Value {
    body["key"] = key.into();
    body
}

#[tokio::test]
async fn a_refused_form_may_be_sent_again_under_its_key() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let bad = with_key(
        with(order(), "/input/lines/0/fields/qty", json!("0")),
        "same",
    );
    is(&wang.step("order.fill", bad).await, 422, "field", "field");
    let reply = wang.step("order.fill", with_key(order(), "same")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        reply.json()["number"],
        "CG20260401-0001",
        "a refused step takes no number"
    );
}

#[tokio::test]
async fn what_nothing_offers_is_refused_by_name_and_journaled() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let (id, seen) = wang.must("order.fill", order()).await;
    let before = wang.get(&format!("/api/v1/slips/{id}")).await.json();
    for (method, path, code) in [
        (
            "DELETE",
            format!("/api/v1/slips/{id}"),
            "forbidden.slip.delete",
        ),
        ("PUT", format!("/api/v1/slips/{id}"), "forbidden.slip.write"),
        (
            "PATCH",
            format!("/api/v1/slips/{id}"),
            "forbidden.slip.write",
        ),
        ("POST", format!("/api/v1/slips/{id}"), "forbidden.slip.act"),
        (
            "POST",
            format!("/api/v1/slips/{id}/approve"),
            "forbidden.slip.act",
        ),
        (
            "POST",
            format!("/api/v1/slips/{id}/state"),
            "forbidden.slip.act",
        ),
        (
            "DELETE",
            "/api/v1/ledgers/gsp.stock".to_owned(),
            "forbidden.ledger.delete",
        ),
        (
            "POST",
            "/api/v1/ledgers/gsp.stock/balances".to_owned(),
            "forbidden.ledger.act",
        ),
        (
            "PUT",
            "/api/v1/journal".to_owned(),
            "forbidden.journal.write",
        ),
        (
            "DELETE",
            "/api/v1/journal/1".to_owned(),
            "forbidden.journal.delete",
        ),
        (
            "DELETE",
            "/api/v1/records/gsp.item/A001".to_owned(),
            "forbidden.record.delete",
        ),
        (
            "DELETE",
            "/api/v1/people/li".to_owned(),
            "forbidden.person.delete",
        ),
        (
            "POST",
            "/api/v1/nothing".to_owned(),
            "forbidden.request.act",
        ),
        ("POST", format!("/slips/{id}/state"), "forbidden.slip.act"),
    ] {
        let body = Some(json!({"state": "done"}).to_string());
        let reply = company
            .ask(crate::common::request(
                method,
                &path,
                Some(&wang.token),
                body,
            ))
            .await;
        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.text());
        assert_eq!(
            company.last_row(),
            ("wang".to_owned(), code.to_owned()),
            "{method} {path}"
        );
    }
    for key in [
        "state", "number", "signed", "actor", "at", "org", "content", "identity",
    ] {
        let mut body = over(id, &seen);
        body[key] = json!("li");
        let reply = wang.step("order.approve", body).await;
        is(&reply, 403, "request", &format!("forbidden.write.{key}"));
        assert_eq!(
            company.last_row(),
            ("wang".to_owned(), format!("forbidden.write.{key}"))
        );
    }
    let mut body = over(id, &seen);
    body["colour"] = json!("red");
    is(
        &wang.step("order.approve", body).await,
        403,
        "request",
        "forbidden.write.unknown_key",
    );
    let smuggled = with(
        order(),
        "/input/header",
        json!({"supplier": "S01", "state": "done"}),
    );
    is(
        &wang.step("order.fill", smuggled).await,
        422,
        "field",
        "unknown_field",
    );
    assert_eq!(
        wang.get(&format!("/api/v1/slips/{id}")).await.json(),
        before
    );
    assert_eq!(wang.get("/api/v1/nothing").await.status, 404);
    assert!(company.app.store().verify(&|_, _, _| {}).unwrap().sound());
}
