(* Finite Markov chains: each theorem proves the statement of its name in statements/markov.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Equipartition.library Require Import logarithms.
From Equipartition.statements Require Import markov.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem markov_stationary_mean : markov_stationary_mean_statement.
Proof.
move=> R S P pi f _ st.
under eq_bigr do rewrite mulr_sumr; rewrite exchange_big /=; apply: eq_bigr => j _.
by rewrite -st mulr_suml; apply: eq_bigr => i _; rewrite mulrA.
Qed.

Section Walks.
Variables (R : realFieldType) (S : finType) (P : S -> S -> R).
Implicit Types (a b : S) (s : seq S).

Lemma along_cat a s s' : along P a (s ++ s') = along P a s * along P (last a s) s'.
Proof. by elim: s a => [|b s IH] a /=; rewrite ?mul1r // IH mulrA. Qed.
Lemma against_cat a s s' : against P a (s ++ s') = against P a s * against P (last a s) s'.
Proof. by elim: s a => [|b s IH] a /=; rewrite ?mul1r // IH mulrA. Qed.

Lemma repeated (c : seq S) : ~~ uniq c -> exists s1 x s2 s3, c = s1 ++ x :: s2 ++ x :: s3.
Proof.
elim: c => //= a c IH; rewrite negb_and negbK => /orP[ac|/IH[s1 [x [s2 [s3 ->]]]]]; last by exists (a :: s1), x, s2, s3.
by have [s2 s3] := splitPr ac; exists [::], a, s2, s3.
Qed.

Hypothesis cycles : forall a s, uniq (a :: s) -> along P a (rcons s a) = against P a (rcons s a).

(* a closed walk is composed of cycles *)
Lemma closed_rcons n a s : (size s < n)%N -> along P a (rcons s a) = against P a (rcons s a).
Proof.
elim: n a s => // n IH a s sn; have [|] := boolP (uniq (a :: s)); first exact: cycles.
move=> /repeated[[|b s1] [x [s2 [s3 []]]]] => [-> e|-> e]; rewrite e in sn *.
  rewrite size_cat /= in sn; rewrite rcons_cat rcons_cons -cat_rcons along_cat against_cat !last_rcons.
  by rewrite !IH //; lia.
rewrite size_cat /= size_cat /= in sn.
have loop : along P x (rcons s2 x) = against P x (rcons s2 x).
  by apply: IH; lia.
have rest : along P b (rcons (s1 ++ x :: s3) b) = against P b (rcons (s1 ++ x :: s3) b).
  by apply: IH; rewrite size_cat /=; lia.
move: rest; rewrite !rcons_cat /= !rcons_cat /= !along_cat !against_cat /= !along_cat !against_cat /=.
move: loop; rewrite -!cats1 !along_cat !against_cat /= !mulr1.
move: (along P b s1) (along P x s2) (along P x s3) (P (last b s1) x) (P (last x s2) x) (P (last x s3) b) => p q r t u w.
move: (against P b s1) (against P x s2) (against P x s3) (P x (last b s1)) (P x (last x s2)) (P b (last x s3)).
move=> p' q' r' t' u' w' l r0; transitivity ((p * (t * (r * w))) * (q * u)); first by ring.
by rewrite r0 l; ring.
Qed.
Lemma closed a s : last a s = a -> along P a s = against P a s.
Proof. by case/lastP: s => // s b; rewrite last_rcons => ->; apply: closed_rcons (ltnSn _). Qed.
End Walks.

Section Chain.
Variables (R : realFieldType) (S : finType) (P : S -> S -> R) (pi : S -> R).
Hypotheses (tP : transition P) (iP : irreducible P).
Let P0 i j : 0 <= P i j. Proof. by case: tP. Qed.
Let E := fun a b => 0 < P a b.

Lemma along_gt0 a s : path E a s -> 0 < along P a s.
Proof. by elim: s a => [|b s IH] a /=; [rewrite ltr01 | move=> /andP[ab /IH]; apply: mulr_gt0]. Qed.

(* a stationary v >= 0 that is 0 at one state is 0 at all *)
Lemma stationary_zero (v : S -> R) : (forall i, 0 <= v i) -> stationary v P -> forall i j, v j = 0 -> v i = 0.
Proof.
move=> v0 st i j; have /connectP[s] := iP i j.
elim: s i => [|k s IH] i /= => [_ -> //|/andP[ik ps] e vj]; have vk := IH k ps e vj.
have := st k; rewrite vk => /eqP; rewrite psumr_eq0 => [/allP/(_ i)|l _]; last exact: mulr_ge0.
by rewrite mem_index_enum => /(_ isT); rewrite implyTb mulf_eq0 (gt_eqF ik) orbF => /eqP.
Qed.

Hypotheses (lpi : law pi) (spi : stationary pi P).
Lemma stationary_gt0 i : 0 < pi i.
Proof.
have [pi0 pi1] := lpi; rewrite lt0r pi0 andbT; apply/negP => /eqP z.
have h k : pi k = 0 by apply: stationary_zero z.
by move: pi1; rewrite big1 => [/eqP|k _]; rewrite ?h // eq_sym oner_eq0.
Qed.

Lemma balance_along a s : (forall i j, pi i * P i j = pi j * P j i) -> pi a * along P a s = against P a s * pi (last a s).
Proof.
move=> db; elim: s a => [|b s IH] a /=; first by rewrite mulr1 mul1r.
by rewrite mulrA db mulrAC IH; ring.
Qed.

Hypothesis cycles : forall a s, uniq (a :: s) -> along P a (rcons s a) = against P a (rcons s a).
Lemma reverse_gt0 i j : 0 < P i j -> 0 < P j i.
Proof.
move=> ij; have /connectP[s ps e] := iP j i; rewrite lt0r P0 andbT; apply/negP => /eqP z.
have := closed cycles (esym e : last i (j :: s) = i); rewrite /= z mul0r => /eqP.
by rewrite mulf_eq0 (gt_eqF ij) gt_eqF // along_gt0.
Qed.
Lemma against_gt0 a s : path E a s -> 0 < against P a s.
Proof. by elim: s a => [|b s IH] a /=; [rewrite ltr01 | move=> /andP[/reverse_gt0 ab /IH]; apply: mulr_gt0]. Qed.

Lemma balance_of_cycles i j : pi i * P i j = pi j * P j i.
Proof.
pose o := i; have return_path k : exists s, path E k s /\ last k s = o.
  by have /connectP[s ps e] := iP k o; exists s.
have [q qP] := fin_all_exists return_path.
pose w k := against P k (q k) / along P k (q k).
have w0 k : 0 < w k by have [h _] := qP k; rewrite divr_gt0 ?against_gt0 ?along_gt0.
have db k l : w k * P k l = w l * P l k.
  wlog kl : k l / 0 < P k l.
    move=> W; have [kl|] := boolP (0 < P k l); first exact: W.
    have [lk|] := boolP (0 < P l k); first by rewrite (W l k).
    have z k' l' : ~~ (0 < P k' l') -> P k' l' = 0 by rewrite -leNgt => h; apply/le_anti/andP.
    by move=> h1 h2; rewrite (z _ _ h1) (z _ _ h2) !mulr0.
  have /connectP[r pr er] := iP o k; have [pk ek] := qP k; have [pl el] := qP l.
  have c1 : last k (q k ++ r) = k by rewrite last_cat ek.
  have c2 : last k ((l :: q l) ++ r) = k by rewrite last_cat /= el.
  have := closed cycles c1; have := closed cycles c2; rewrite !along_cat !against_cat /= ek el.
  have r1 := along_gt0 pr; have r2 := against_gt0 pr.
  have k1 := along_gt0 pk; have l1 := along_gt0 pl; rewrite /w.
  move: (along P o r) (against P o r) (along P k _) (against P k _) (along P l _) (against P l _) (P k l) (P l k) r1 r2 k1 l1.
  move=> r1 r2 k1 k2 l1 l2 p1 p2 h1 h2 h3 h4 e2 e1.
  have e3 : k2 / k1 = r1 / r2 by apply/eqP; rewrite eqr_div ?lt0r_neq0 //; apply/eqP; rewrite -e1; ring.
  rewrite e3 [LHS]mulrAC [RHS]mulrAC; apply/eqP; rewrite eqr_div ?lt0r_neq0 //; apply/eqP.
  transitivity (p1 * l1 * r1); first by ring.
  by rewrite e2; ring.
have sw : stationary w P.
  move=> l; rewrite (eq_bigr (fun k => w l * P l k)) => [|k _]; last exact: db.
  by rewrite -mulr_sumr; case: tP => _ ->; rewrite mulr1.
have [/= m _ mP] := @Order.TotalTheory.arg_minP _ _ _ o xpredT (fun k => pi k / w k) isT.
set c := pi m / w m in mP.
have v0 k : 0 <= pi k - c * w k by rewrite subr_ge0 -ler_pdivl_mulr // mP.
have sv : stationary (fun k => pi k - c * w k) P.
  move=> l; rewrite (eq_bigr (fun k => pi k * P k l - c * (w k * P k l))) => [|k _]; last by ring.
  by rewrite sumrB -mulr_sumr spi sw.
have vm : pi m - c * w m = 0 by rewrite /c divfK ?lt0r_neq0 // subrr.
have e k : pi k = c * w k by apply/eqP; rewrite -subr_eq0; apply/eqP; apply: (stationary_zero v0 sv) vm.
by rewrite (e i) (e j) -(mulrA c) -[RHS](mulrA c) db.
Qed.
End Chain.

Theorem markov_detailed_balance : markov_detailed_balance_statement.
Proof.
move=> R S P pi tP iP lpi spi; split=> [db a s _|cycles i j]; last exact: balance_of_cycles.
have := balance_along a (rcons s a) db; rewrite last_rcons mulrC.
by move/mulIf; apply; rewrite lt0r_neq0 // (stationary_gt0 tP iP).
Qed.

Theorem markov_relative_entropy : markov_relative_entropy_statement.
Proof.
move=> R log S P pi p lnP [P0 P1] pi0 st [p0 _]; rewrite /relative_entropy.
pose q j := \sum_i p i * P i j.
have q0 j : 0 <= q j by apply: sumr_ge0 => i _; rewrite mulr_ge0.
rewrite -subr_le0; have -> : \sum_i (\sum_k p k * P k i) * log ((\sum_k p k * P k i) / pi i) - \sum_i p i * log (p i / pi i)
    = \sum_j \sum_i p i * P i j * (log (q j / pi j) - log (p i / pi i)).
  transitivity (\sum_j \sum_i p i * P i j * log (q j / pi j) - \sum_j \sum_i p i * P i j * log (p i / pi i)).
    congr (_ - _); first by apply: eq_bigr => j _; rewrite mulr_suml.
    rewrite exchange_big; apply: eq_bigr => i _ /=; rewrite -mulr_suml -mulr_sumr P1 mulr1 //.
  rewrite -sumrB; apply: eq_bigr => j _; rewrite -sumrB; apply: eq_bigr => i _.
  by rewrite mulrBr.
apply: le_trans (_ : \sum_j \sum_i (q j / pi j * (pi i * P i j) - p i * P i j) <= _).
  apply: ler_sum => j _; apply: ler_sum => i _.
  have rhs0 : 0 <= q j / pi j * (pi i * P i j) by rewrite !mulr_ge0 ?invr_ge0 // ltW.
  have [z|n0] := eqVneq (p i * P i j) 0; first by rewrite z mul0r subr0.
  have pos : 0 < p i * P i j by rewrite lt0r n0 mulr_ge0.
  have pi_ : 0 < p i by rewrite lt0r p0 andbT; apply: contraNneq n0 => ->; rewrite mul0r.
  have qj : 0 < q j by rewrite /q (bigD1 i) //= ltr_paddr // sumr_ge0 // => k _; rewrite mulr_ge0.
  have r1 : 0 < q j / pi j by rewrite divr_gt0.
  have r2 : 0 < p i / pi i by rewrite divr_gt0.
  have := ln_le lnP (divr_gt0 r1 r2); rewrite (ln_div lnP r1 r2) => h.
  apply: le_trans (ler_wpmul2l (ltW pos) h) _; rewrite mulrBr mulr1 ler_add2r.
  have -> : p i * P i j * (q j / pi j / (p i / pi i)) = q j / pi j * (pi i * P i j).
    by field; rewrite !lt0r_neq0.
  exact: lexx.
under eq_bigr do rewrite sumrB -mulr_sumr st divfK ?lt0r_neq0 // subrr.
by rewrite big1.
Qed.

Section Spectrum.
Variables (R : realFieldType) (S : finType) (P : S -> S -> R) (pi : S -> R) (v : S -> S -> R) (mu : S -> R) (o : S).
Hypotheses (tP : transition P) (lpi : law pi).
Hypothesis orth : forall k l, \sum_i pi i * v k i * v l i = (k == l)%:R.
Hypothesis v1 : forall i, v o i = 1.
Hypothesis eig : forall k i, \sum_j P i j * v k j = mu k * v k i.
Implicit Types (f : S -> R).
Definition coefficient f k := \sum_i pi i * f i * v k i.

Lemma resolution i j : \sum_k v k i * (pi j * v k j) = (i == j)%:R.
Proof.
pose A : 'M[R]_#|S| := \matrix_(k, i) v (enum_val k) (enum_val i).
pose B : 'M[R]_#|S| := \matrix_(i, k) (pi (enum_val i) * v (enum_val k) (enum_val i)).
have AB : A *m B = 1%:M.
  apply/matrixP => k l; rewrite !mxE; have := orth (enum_val l) (enum_val k); rewrite (inj_eq enum_val_inj) eq_sym => <-.
  by rewrite [RHS](reindex _ (onW_bij _ (@enum_val_bij S))) /=; apply: eq_bigr => m _; rewrite !mxE mulrC.
have /matrixP/(_ (enum_rank j) (enum_rank i)) := mulmx1C AB; rewrite !mxE (inj_eq enum_rank_inj) eq_sym => <-.
rewrite (reindex _ (onW_bij _ (@enum_val_bij S))) /=; apply: eq_bigr => m _.
by rewrite !mxE !enum_rankK mulrC.
Qed.
Lemma expansion f i : f i = \sum_k coefficient f k * v k i.
Proof.
transitivity (\sum_j (i == j)%:R * f j).
  by rewrite (bigD1 i) //= eqxx mul1r big1 ?addr0 // => j /negbTE ji; rewrite eq_sym ji mul0r.
under eq_bigr do rewrite -resolution mulr_suml.
by rewrite exchange_big; apply: eq_bigr => k _; rewrite /coefficient mulr_suml; apply: eq_bigr => j _; ring.
Qed.
Lemma parseval f : \sum_i pi i * f i ^+ 2 = \sum_k coefficient f k ^+ 2.
Proof.
transitivity (\sum_i \sum_k coefficient f k * (pi i * f i * v k i)).
  apply: eq_bigr => i _; rewrite expr2 {2}(expansion f i) mulrA mulr_sumr.
  by apply: eq_bigr => k _; ring.
by rewrite exchange_big; apply: eq_bigr => k _; rewrite -mulr_sumr expr2.
Qed.
Lemma variance_coefficients f : variance pi f = \sum_(k | k != o) coefficient f k ^+ 2.
Proof.
have [_ pi1] := lpi; have m : mean pi f = coefficient f o by apply: eq_bigr => i _; rewrite v1 mulr1.
have -> : variance pi f = \sum_i pi i * f i ^+ 2 - mean pi f ^+ 2.
  rewrite /variance (eq_bigr (fun i => pi i * f i ^+ 2 - 2 * mean pi f * (pi i * f i) + mean pi f ^+ 2 * pi i)) => [|i _]; last by ring.
  by rewrite big_split sumrB -!mulr_sumr pi1 /= -/(mean pi f); ring.
by rewrite parseval (bigD1 o) //= m addrC addKr.
Qed.
Lemma coefficient_step f k : coefficient (fun i => \sum_j P i j * f j) k = mu k * coefficient f k.
Proof.
have e i : \sum_j P i j * f j = \sum_l coefficient f l * mu l * v l i.
  transitivity (\sum_j \sum_l coefficient f l * (P i j * v l j)).
    by apply: eq_bigr => j _; rewrite {1}(expansion f j) mulr_sumr; apply: eq_bigr => l _; ring.
  by rewrite exchange_big; apply: eq_bigr => l _; rewrite -mulr_sumr eig mulrA.
rewrite {1}/coefficient; under eq_bigr do rewrite e mulrAC mulr_sumr.
rewrite exchange_big /= (bigD1 k) //= [X in _ + X]big1 => [|l lk].
  rewrite addr0; transitivity (coefficient f k * mu k * (\sum_i pi i * v k i * v k i)).
    by rewrite mulr_sumr; apply: eq_bigr => i _; move: (coefficient f k) (mu k) (pi i) (v k i) => *; ring.
  by rewrite orth eqxx mulr1 mulrC.
transitivity (coefficient f l * mu l * (\sum_i pi i * v k i * v l i)).
  by rewrite mulr_sumr; apply: eq_bigr => i _; move: (coefficient f l) (mu l) (pi i) (v k i) (v l i) => *; ring.
by rewrite orth eq_sym (negbTE lk) mulr0.
Qed.
End Spectrum.

Theorem markov_spectral_gap : markov_spectral_gap_statement.
Proof.
move=> R S P pi v mu o lambda tP lpi orth v1 eig top; split=> f => [|e].
  rewrite !(variance_coefficients lpi orth v1) mulr_sumr; apply: ler_sum => k ko.
  rewrite (coefficient_step orth eig) exprMn ler_wpmul2r ?sqr_ge0 //.
  by rewrite -[mu k ^+ 2]real_normK ?num_real // -[lambda ^+ 2]real_normK ?num_real // ler_sqr ?nnegrE ?normr_ge0 ?top.
have m : mean pi (fun i => \sum_j P i j * f j) = lambda * mean pi f.
  by rewrite /mean mulr_sumr; apply: eq_bigr => i _; rewrite e; ring.
by rewrite /variance m mulr_sumr; apply: eq_bigr => i _; rewrite e; ring.
Qed.
