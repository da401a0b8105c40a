(* The entropic loss: each theorem proves the statement of its name in statements/entropic_loss.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives.
From Equipartition.statements Require Import entropic_loss.
From Equipartition.lemmas Require entropic_loss.
Module L := Equipartition.lemmas.entropic_loss.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem entropic_loss_minibatch : entropic_loss_minibatch_statement.
Proof. by move=> R V n g B n1 B0 Bn batches gradL; apply: (L.minibatch g n1 B0 Bn). Qed.

Theorem entropic_loss_epoch_mean_order : entropic_loss_epoch_mean_order_statement.
Proof. by move=> V n M; apply: L.epoch_mean_order. Qed.
