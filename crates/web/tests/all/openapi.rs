//! The document of the API: kept as a snapshot, and true.

use crate::common::Company;
use serde_json::Value;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("an item");
            item.iter().map(move |(method, operation)| {
                (method.to_uppercase(), path.clone(), operation.clone())
            })
        })
        .collect()
}

#[test]
fn the_document_is_as_it_was_agreed() {
    insta::assert_snapshot!("openapi", web::api::openapi());
}

#[test]
fn every_reference_leads_somewhere() {
    let document: Value = serde_json::from_str(web::api::openapi()).expect("JSON");
    fn walk(value: &Value, root: &Value) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(path)) = map.get("$ref") {
                    assert!(root.pointer(&path[1..]).is_some(), "{path} leads nowhere");
                }
                map.values().for_each(|value| walk(value, root));
            }
            Value::Array(all) => all.iter().for_each(|value| walk(value, root)),
            _ => {}
        }
    }
    walk(&document, &document);
    let mut ids: Vec<String> = operations(&document)
        .iter()
        .map(|(.., operation)| {
            operation["operationId"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "every operation has a name of its own");
}

#[tokio::test]
async fn every_route_in_it_exists() {
    let company = Company::new().await;
    let served = company.get("/api/openapi.json", None).await;
    assert_eq!(served.headers["content-type"], "application/json");
    let document = served.json();
    assert!(operations(&document).len() > 40);
    for (method, path, operation) in operations(&document) {
        let path = path
            .replace("{id}", "1")
            .replace("{period}", "202604")
            .replace(['{', '}'], "");
        let reply = company
            .ask(crate::common::request(&method, &path, None, None))
            .await;
        let open = operation["security"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == &serde_json::json!({})));
        if open {
            assert_ne!(reply.status, 404, "{method} {path}");
        } else {
            // A route that is not there would be refused as forbidden or not found.
            assert_eq!(
                (reply.status.as_u16(), &*reply.code()),
                (401, "session"),
                "{method} {path}: {}",
                reply.text()
            );
        }
    }
}
